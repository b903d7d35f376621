"""The failing sentence: witnesses and cells, of every shape a sentence can have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker.evaluate import Evaluator
from counterexamples.explain import Reasons
from counterexamples.html import page
from counterexamples.tree import twigs
from counterexamples.view import view
from spec.lang import Bool, Scope, all_of, count_of, implies, ite, some_of
from tests.counterexamples.traces import CASES, found
from tests.toys import INIT, RUNNING, ZOMBIE, Pid, Processes, model_p

MODEL = model_p()
EVALUATOR = Evaluator(MODEL, Scope({"Pid": 3, "Code": 2}))

Sentence = Callable[[Processes], Bool]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            lambda s: all_of(Pid, lambda p: s.pid[p].status == RUNNING),
            "pid 2: pid[2].status = FREE",
        ),
        (
            lambda s: some_of(Pid, lambda p: s.pid[p].status == ZOMBIE),
            "no pid p: pid[p].status = ZOMBIE",
        ),
        (
            lambda s: s.family.is_ancestor(INIT, Pid.element(1)),
            "1 is not an ancestor of 2",
        ),
        (
            lambda s: (s.pid[INIT].status == RUNNING) & s.pid[INIT].is_subreaper,
            "pid[1].is_subreaper = FALSE",
        ),
        (
            lambda s: s.pid[INIT].is_subreaper | (s.pid[INIT].status == ZOMBIE),
            "pid[1].is_subreaper = FALSE, and pid[1].status = RUNNING",
        ),
        (
            lambda s: count_of(Pid, lambda p: s.pid[p].status == RUNNING) == 2,
            "(how many pid p: pid[p].status = RUNNING) = 1",
        ),
        (
            lambda s: all_of(
                Pid,
                lambda p: implies(
                    p != INIT,
                    some_of(Pid, lambda q: (q != p) & (s.pid[q].parent == p)),
                ),
            ),
            "pid 2: no pid p: p != 2 and pid[p].parent = 2",
        ),
        (
            lambda s: ite(
                s.pid[INIT].is_subreaper,
                s.pid[INIT].status == ZOMBIE,
                s.pid[Pid.element(1)].status == RUNNING,
            ),
            "pid[1].is_subreaper = FALSE, and pid[2].status = FREE",
        ),
        (
            lambda s: (s.pid[INIT].status == RUNNING) == s.pid[INIT].is_subreaper,
            "pid[1].status = RUNNING, and pid[1].is_subreaper = FALSE",
        ),
    ],
)
def test_a_sentence_fails_for_a_reason(sentence: Sentence, expected: str) -> None:
    node = sentence(MODEL.view()).node  # type: ignore[arg-type]
    reasons = Reasons(EVALUATOR, EVALUATOR.initial, None)

    assert reasons.sentence(node, truth=False) == expected


def test_the_tree_leaves_out_what_nothing_uses() -> None:
    evaluator, trace = found("no_zombie_has_a_grandparent")

    boot = twigs(evaluator, evaluator.initial)
    end = twigs(evaluator, trace.run[-1].after, trace.run[-2].after)

    assert [(t.depth, t.name) for t in boot] == [(0, "pid 1")]
    assert [(t.depth, t.name) for t in end] == [
        (0, "pid 1"),
        (1, "pid 2"),
        (2, "pid 3"),
        (3, "pid 4"),
    ]
    assert [t.changed for t in end] == [False, False, False, True]


def test_a_ring_of_parents_is_shown() -> None:
    fields = {info.name: n for n, info in enumerate(MODEL.shape.fields())}
    state = list(EVALUATOR.initial)
    state[fields["pid.parent"]] = (0, 2, 1)

    shown = twigs(EVALUATOR, tuple(state))

    assert [(t.depth, t.name) for t in shown] == [
        (0, "pid 1"),
        (0, "(ring)"),
        (1, "pid 2"),
        (2, "pid 3"),
    ]


@pytest.mark.parametrize("name", CASES)
def test_the_page_holds_every_step_and_no_markup_of_others(name: str) -> None:
    seen = view(*found(name))
    text = page("a <b>title</b>", [seen])

    assert "<b>title" not in text
    assert text.count('class="step"') == len(seen.steps)
    assert "-&gt;" in text or "event" in text
