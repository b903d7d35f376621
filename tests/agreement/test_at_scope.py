"""k-induction, Spacer and ABC find what a search of every state finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import z3

from checker.bounded.at_scope import AtScope, Method, prove_at_scope
from checker.bounded.external import NotInstalled, abc_program
from checker.evaluate import Evaluator
from checker.explore import Exploration, explore
from checker.mutants.mutate import mutants
from checker.trace import confirm
from checker.verdict import ProvedAtScope, Unknown, Violated
from spec.lang import Model, Property, Scope
from spec.lang.model import Traced
from tests import toys
from tests.checker.test_induction import a_decision_is_final, nobody_leaves_committed


def _has_abc() -> bool:
    try:
        abc_program()
    except NotInstalled:
        return False
    return True


METHODS = [
    Method.K_INDUCTION,
    Method.PDR,
    pytest.param(
        Method.ABC,
        marks=pytest.mark.skipif(not _has_abc(), reason="ABC not installed"),
    ),
]


@dataclass(frozen=True)
class Toy:
    """A model small enough for everybody, and what is asked of it."""

    build: Callable[[], Model]
    scope: Scope
    properties: Sequence[Property]


TOYS = {
    "die-hard": Toy(toys.die_hard, Scope({}), [toys.the_big_jug_never_holds_four]),
    "two-phase": Toy(
        toys.two_phase,
        Scope({"Manager": 2}),
        [a_decision_is_final, nobody_leaves_committed],
    ),
    "model-p": Toy(
        toys.model_p, Scope({"Pid": 3, "Code": 2}), list(toys.MODEL_P_INVARIANTS)
    ),
}


def searched(model: Model, scope: Scope, prop: Traced) -> Exploration:
    return explore(Evaluator(model, scope, [prop]))


def agree(model: Model, scope: Scope, prop: Traced, method: Method) -> AtScope:
    """The method and the search say the same; a run is as short, and is a run.

    Only k-induction may say that its k was too small.
    """
    expected = searched(model, scope, prop)
    found = prove_at_scope(model, scope, prop, method=method, seconds=60.0)
    where = f"{model.name}: {prop.name}"

    if not expected.violations and isinstance(found.verdict, Unknown):
        assert method is Method.K_INDUCTION
        assert found.verdict.reason.startswith("not k-inductive"), where
    elif not expected.violations:
        assert isinstance(found.verdict, ProvedAtScope), f"{where}: {found}"
    else:
        assert isinstance(found.verdict, Violated), f"{where}: {found}"
        assert found.verdict.trace is not None
        assert len(expected.violations[0].trace) == len(found.verdict.trace), where
        confirm(Evaluator(model, scope, [prop]), prop.name, found.verdict.trace)
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", TOYS)
def test_on_toys(name: str, method: Method) -> None:
    toy = TOYS[name]
    model = toy.build()

    for prop in toy.properties:
        found = agree(model, toy.scope, model.trace(prop), method)
        assert not isinstance(found.verdict, Unknown)


def _broken(toy: Toy, every: int) -> Iterator[tuple[Model, Traced]]:
    """Mutants of a toy, each with one of its properties in turn."""
    model = toy.build()
    original = [model.trace(prop) for prop in toy.properties]
    for number, mutant in enumerate(mutants(model)[::every]):
        properties = mutant.retraced(original)
        yield mutant.model, properties[number % len(properties)]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("name", "every"),
    [
        ("die-hard", 9),
        ("model-p", 14),
        pytest.param("die-hard", 1, marks=pytest.mark.slow),
        pytest.param("two-phase", 1, marks=pytest.mark.slow),
        pytest.param("model-p", 1, marks=pytest.mark.slow),
    ],
)
def test_on_their_mutants(name: str, every: int, method: Method) -> None:
    toy = TOYS[name]
    for model, prop in _broken(toy, every):
        agree(model, toy.scope, prop, method)


class TestWhatIsSaid:
    def test_the_least_k_is_named(self) -> None:
        model = toys.model_p()
        prop = model.trace(toys.exit_codes_are_recorded)
        found = prove_at_scope(model, Scope({"Pid": 3, "Code": 2}), prop)

        assert "k-induction, k = 1" in found.how

    def test_without_simple_paths_some_arguments_never_close(self) -> None:
        model = toys.two_phase()
        prop = model.trace(toys.no_two_managers_disagree)
        scope = Scope({"Manager": 2})
        plain = prove_at_scope(model, scope, prop, most=15, simple_paths=False)
        simple = prove_at_scope(model, scope, prop, most=15)

        assert isinstance(plain.verdict, Unknown)
        assert "not k-inductive up to k = 15" in plain.verdict.reason
        assert isinstance(simple.verdict, ProvedAtScope)

    @pytest.mark.parametrize("method", [Method.K_INDUCTION, Method.PDR])
    def test_out_of_time_is_unknown_and_says_so(self, method: Method) -> None:
        model = toys.two_phase()
        prop = model.trace(toys.no_two_managers_disagree)
        scope = Scope({"Manager": 5})
        found = prove_at_scope(model, scope, prop, method=method, seconds=0.2)

        assert isinstance(found.verdict, Unknown)
        assert (
            "out of time" in found.verdict.reason or "gave up" in found.verdict.reason
        )

    def test_spacer_is_not_believed_without_an_inductive_set(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An engine that proves whatever it is asked about is found out."""
        model = toys.die_hard()
        prop = model.trace(toys.the_big_jug_never_holds_four)
        everything = z3.BoolVal(val=True)
        monkeypatch.setattr(z3.Fixedpoint, "query", lambda *_: z3.unsat)
        monkeypatch.setattr(z3.Fixedpoint, "get_cover_delta", lambda *_: everything)
        found = prove_at_scope(model, Scope({}), prop, method=Method.PDR)

        assert isinstance(found.verdict, Unknown)
        assert "not inductive" in found.verdict.reason

    def test_a_missing_program_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shutil.which", lambda _name: None)

        with pytest.raises(NotInstalled, match=r"pidproof\[abc\].*berkeley-abc"):
            abc_program()

    def test_a_program_on_the_path_comes_first_then_the_one_of_the_package(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """The package is not imported: this one cannot be."""
        package, path = tmp_path / "pyosys", tmp_path / "bin"
        for place in (package / "yosys-abc", path / "abc"):
            place.parent.mkdir()
            place.touch(mode=0o755)
        (package / "__init__.py").write_text("raise ImportError")
        monkeypatch.syspath_prepend(str(tmp_path))

        monkeypatch.setenv("PATH", str(path))
        assert abc_program() == str(path / "abc")

        monkeypatch.setenv("PATH", str(package.parent))
        assert abc_program() == str(package / "yosys-abc")
