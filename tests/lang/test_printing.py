"""The printed form: read back as the identical graph, or refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from spec.lang import Bool, CallView, Model, Outcome, every_step
from spec.lang.errors import SpecError
from spec.lang.parsing import parse_action, parse_model, parse_terms, parse_type
from spec.lang.printing import model_digest, print_action, print_model, print_terms
from spec.peios.system import PEIOS
from spec.topaz.system import TOPAZ
from spec.unix.system import UNIX
from tests import toys

MODELS: list[Callable[[], Model]] = [
    toys.model_p,
    toys.die_hard,
    toys.two_phase,
    UNIX.model,
    PEIOS.model,
    TOPAZ.model,
]


@pytest.mark.parametrize("build", MODELS)
def test_a_model_prints_and_reads_back(build: Callable[[], Model]) -> None:
    model = build()

    again = parse_model(print_model(model))

    assert again.name == model.name
    assert again.reading == model.reading
    assert tuple(again.actions) == model.actions
    assert tuple(again.boot) == model.boot
    assert tuple(again.forests) == model.shape.forests
    assert again.fields == [
        (i.name, i.type, i.index, i.initial) for i in model.shape.fields()
    ]


@pytest.mark.parametrize("build", MODELS)
def test_an_action_prints_and_reads_back(build: Callable[[], Model]) -> None:
    for action in build().actions:
        assert parse_action(print_action(action)) == action


def test_properties_print_with_their_model() -> None:
    model = toys.model_p()
    traced = [model.trace(prop) for prop in toys.MODEL_P_INVARIANTS]

    again = parse_model(print_model(model, traced))

    assert again.properties == {p.name: (p.kind, p.node) for p in traced}


def test_demands_print_with_their_property() -> None:
    model = toys.model_p()
    traced = model.trace(a_pid_stays)

    again = parse_model(print_model(model, [traced]))

    assert again.properties == {"a_pid_stays": ("every_step", None)}
    assert again.demands == [
        ("a_pid_stays", d.action, "-", "-", d.node) for d in traced.obligations
    ]


@every_step()
def a_pid_stays(
    old: toys.Processes, new: toys.Processes, call: CallView, outcome: Outcome
) -> Bool:
    """Init does."""
    del call, outcome
    return old.pid[toys.INIT].status == new.pid[toys.INIT].status


def test_sharing_is_kept() -> None:
    text = print_action(toys.model_p().action("fork"))

    nodes = [line for line in text.splitlines() if line.startswith("%")]

    assert len({line.partition(" = ")[2] for line in nodes}) == len(nodes)


class TestDigest:
    def test_it_is_the_same_in_another_process(self) -> None:
        program = (
            "from spec.unix.system import UNIX\n"
            "from spec.lang.printing import model_digest\n"
            "print(model_digest(UNIX.model()))"
        )
        hashed = [
            subprocess.run(
                [sys.executable, "-c", program],
                env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for seed in ("1", "2")
        ]

        assert hashed == [model_digest(UNIX.model())] * 2

    def test_prose_does_not_count(self) -> None:
        model = toys.model_p()
        first, *others = model.actions
        said = replace(model, actions=(replace(first, doc="Said anew."), *others))

        assert model_digest(said) == model_digest(model)
        assert print_model(said) != print_model(model)

    def test_what_the_model_does_counts(self) -> None:
        model = toys.model_p()
        dropped = replace(model.actions[0], writes=model.actions[0].writes[1:])
        changed = replace(model, actions=(dropped, *model.actions[1:]))
        prop = model.trace(toys.every_parent_runs)

        digests = {
            model_digest(model),
            model_digest(changed),
            model_digest(model, [prop]),
            model_digest(toys.model_p("any")),
        }

        assert len(digests) == 4


TERMS = (
    "%0 = PARAM x : Sort(Thing,1)\n"
    "%1 = READ thing.is_open %0 : Bool\n"
    "%2 = NOT %1 : Bool\n"
    "terms %2 %1\n"
)


def test_the_sample_is_well_formed() -> None:
    assert print_terms(parse_terms(TERMS)) == TERMS


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("terms %2 %1\n", "terms %2 %1", "ends in the middle of a line"),
        ("terms %2 %1\n", "", "this is not what terms print as"),
        ("terms %2 %1", "terms %2", ""),
        ("%2 = NOT %1", "%3 = NOT %1", "line 3: expected node %2"),
        ("%2 = NOT %1", "%2 = NOT %7", "%7 is no node above this line"),
        ("%2 = NOT %1", "%2 = NOT %0", "NOT cannot be applied to Sort(Thing,1)"),
        ("%2 = NOT %1", "%2 = NOT  %1", "expected node %2"),
        ("%2 = NOT %1", "%2 = NOR %1", "NOR cannot be applied"),
        ("%2 = NOT %1 : Bool", "%2 = NOT %1 : Int(4)", "has type Bool here"),
        ("%2 = NOT %1 : Bool", "%2 = NOT %1 : Bit", "Bit is no type"),
        ("%2 = NOT %1", "%2 = PARAM x", "this is not what terms print as"),
        ("%2 = NOT %1 : Bool", "%2 = PARAM x : Sort(Thing,1)", "has a line already"),
        ("%2 = NOT %1", "%2 = VAR one", "invalid literal"),
        ("terms %2", "items %2", "no line begins with 'items'"),
        ("terms %2", "terms 2", "2 is no node above this line"),
        ("terms %2", "reading a b\nterms %2", "the `model` line comes first"),
        ("terms %2", "param a b Bool\nterms %2", "list index out of range"),
    ],
)
def test_anything_else_is_refused(before: str, after: str, said: str) -> None:
    damaged = TERMS.replace(before, after)

    if not said:
        assert print_terms(parse_terms(damaged)) == damaged
        return
    with pytest.raises(SpecError) as caught:
        print_terms(parse_terms(damaged))
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["Sort(A)", "Set(Bool)", "Set(Int(3))", "Odd(3)", ""])
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="is no type"):
        parse_type(text)


def test_terms_are_no_model_and_no_action() -> None:
    with pytest.raises(SpecError, match="it has no `model` line"):
        parse_model(TERMS)
    with pytest.raises(SpecError, match="not what an action prints as"):
        parse_action(TERMS)
