"""What is asked of every state: the invariants, the goals, the demands on its steps.

None of it depends on which branch is taken, so several states are looked at at once,
one in each lane of a vector.
"""

from __future__ import annotations

from collections.abc import Iterable

from checker.ground import GroundModel
from checker.native.demands import Suspicion
from checker.native.function import BYTES, RARE, Function, Watch
from checker.native.lanes import Lanes
from checker.native.layout import Layout
from spec.lang.ir import Node
from spec.lang.model import Scope
from spec.lang.simplify import conjunction, disjunction

Bits = dict[Watch, int]


def check_text(model: GroundModel, layout: Layout, bits: Bits, lanes: Lanes) -> str:
    """`check`: the invariants of every state, then each goal not reached before."""
    head = "void @check(ptr noalias %states, i64 %n, ptr %seen)"
    function = Function(layout, model.scope, lanes, head)
    by_name: dict[str, list[Node]] = {}
    for name, node in model.invariants:
        by_name.setdefault(name, []).append(node)
    if by_name:
        with function.each_state():
            function.report_broken(
                [
                    (
                        bits[Watch(name, "state")],
                        function.denied(function.all_hold(nodes)),
                    )
                    for name, nodes in by_name.items()
                ]
            )
    for name, node in model.goals:
        _look_for(function, bits[Watch(name, "goal")], node)
    function.put("ret void")
    return function.text()


def _look_for(function: Function, bit: int, goal: Node) -> None:
    """Find a state that reaches the goal, if none was seen."""
    held = function.load("%seen", bit // 64)
    mask = 1 << (bit % 64)
    signed = mask - (1 << 64) if bit % 64 == 63 else mask
    own = function.make(f"and i64 {held}, {signed}")
    missing = function.make(f"icmp eq i64 {own}, 0")
    with function.when(missing), function.each_state() as enough:
        found = function.in_some(function.value(goal))
        with function.when(found, RARE):
            function.report([(bit, "true")], "%seen")
        enough.append(found)


def demands_text(
    layout: Layout, scope: Scope, doubts: Iterable[Suspicion], lanes: Lanes
) -> str:
    """`demands`: the step properties that some step from a state violates.

    Where one may be violated and was not yet, `demands_exactly` decides.
    """
    head = "void @demands(ptr noalias %states, i64 %n, ptr %seen)"
    function = Function(layout, scope, lanes, head)
    with function.each_state():
        by_bit: dict[int, list[str]] = {}
        for doubt in doubts:
            broken = disjunction(conjunction((*doubt.guard, b)) for b in doubt.broken)
            by_bit.setdefault(doubt.bit, []).append(function.value(broken))
        joined = {bit: function.joined("or", flags) for bit, flags in by_bit.items()}
        some = function.in_some(function.joined("or", list(joined.values())))
        with function.when(some, RARE), function.when(_is_new(function, joined)):
            _look_exactly(function)
    function.put("ret void")
    return function.text()


def _look_exactly(function: Function) -> None:
    """Have the group of states at hand expanded with labels."""
    at, lanes = function.first, function.lanes
    offset = function.make(f"mul i64 {at}, {function.size}")
    where = function.make(f"getelementptr i8, ptr %states, i64 {offset}")
    left = function.make(f"sub i64 %n, {at}")
    most = function.make(f"call i64 @llvm.umin.i64(i64 {left}, i64 {lanes.count})")
    function.put(f"call void @demands_exactly(ptr {where}, i64 {most}, ptr %seen)")


def _is_new(function: Function, flags: dict[int, str]) -> str:
    """Some bit whose flag holds in some lane is not set in `%seen`."""
    news = []
    for bit, flag in flags.items():
        held = function.load("%seen", bit // 64)
        moved = function.make(f"lshr i64 {held}, {bit % 64}")
        is_set = function.make(f"trunc i64 {moved} to i1")
        unset = function.make(f"xor i1 {is_set}, true")
        plain = function.in_some(flag)
        news.append(function.make(f"and i1 {plain}, {unset}"))
    found = news[0]
    for flag in news[1:]:
        found = function.make(f"or i1 {found}, {flag}")
    return found


def exact_text(layout: Layout, seen_words: int, most: int) -> str:
    """`demands_exactly`: the bits that `expand_labelled` gives the steps."""
    width = layout.width
    size, flags = width * BYTES, seen_words
    names = ("%one, i64 1", "%out", "%action", "%origin", "%flags")
    arrays = ", ".join(f"ptr {name}" for name in names)
    lines = [
        "define void @demands_exactly(ptr %states, i64 %n, ptr %seen) nounwind {",
        "entry:",
        f"  %out = alloca i64, i64 {most * width}, align 8",
        f"  %action = alloca i32, i64 {most}, align 8",
        f"  %origin = alloca i32, i64 {most}, align 8",
        f"  %flags = alloca i64, i64 {most * flags}, align 8",
        "  br label %state",
        "state:",
        "  %i = phi i64 [ 0, %entry ], [ %next, %after ]",
        f"  %offset = mul i64 %i, {size}",
        "  %one = getelementptr i8, ptr %states, i64 %offset",
        f"  %made = call i64 @expand_labelled({arrays})",
        f"  %words = mul i64 %made, {flags}",
        "  br label %test",
        "test:",
        "  %k = phi i64 [ 0, %state ], [ %following, %merge ]",
        "  %more = icmp ult i64 %k, %words",
        "  br i1 %more, label %merge, label %after",
        "merge:",
        "  %from = getelementptr i64, ptr %flags, i64 %k",
        "  %new = load i64, ptr %from, align 8",
        f"  %word = urem i64 %k, {flags}",
        "  %to = getelementptr i64, ptr %seen, i64 %word",
        "  %held = load i64, ptr %to, align 8",
        "  %both = or i64 %held, %new",
        "  store i64 %both, ptr %to, align 8",
        "  %following = add i64 %k, 1",
        "  br label %test",
        "after:",
        "  %next = add i64 %i, 1",
        "  %again = icmp ult i64 %next, %n",
        "  br i1 %again, label %state, label %done",
        "done:",
        "  ret void",
        "}",
        "",
    ]
    return "\n".join(lines)
