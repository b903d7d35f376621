"""Each law, broken by a page of a few lines; the message is what is tested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spec.lang import (
    CLEARED,
    FALSE,
    TRUE,
    Bool,
    Enum,
    SetOf,
    State,
    Step,
    all_of,
    event,
    execed,
    forked,
    ite,
    syscall,
    those,
    threaded,
    trace_model,
)
from spec.lang.errors import SpecError
from tests.lang.pages import (
    BLUE,
    EPERM,
    ESRCH,
    FIRST,
    GREEN,
    RED,
    Colour,
    Place,
    Small,
    Thing,
    World,
    a_step,
    model_of,
    refusal,
    traced,
)


class TestErrorsComeFirst:
    def test_fails_after_a_write(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            new.total = 1
            step.fails(EPERM, when=TRUE, cite="c")
            step.returns()

        said = refusal(page)

        assert "`fails` stands after an effect" in said
        assert "Move it above the first write" in said

    @pytest.mark.parametrize("line", ["blocks", "out_of_scope", "picks"])
    def test_every_line_of_the_ladder_and_the_choice(self, line: str) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            new.total = 1
            match line:
                case "blocks":
                    step.blocks(when=TRUE)
                case "out_of_scope":
                    step.out_of_scope(when=TRUE, cite="c")
                case "picks":
                    step.picks(t, among=those(Thing, lambda q: q == t))
            step.returns()

        assert f"`{line}` stands after an effect" in refusal(page)

    def test_nothing_follows_the_result(self) -> None:
        def fails(step: Step, old: World, new: World) -> None:
            step.returns()
            step.fails(EPERM, when=TRUE, cite="c")

        def writes(step: Step, old: World, new: World) -> None:
            step.returns()
            new.total = 1

        assert "`fails` stands after the RESULT" in refusal(fails)
        assert "total is written after the RESULT" in refusal(writes)

    def test_an_error_does_not_depend_on_a_choice(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            step.fails(EPERM, when=old.thing[t].is_open, cite="c")
            step.picks(t, among=those(Thing, lambda q: old.thing[q].colour == RED))
            step.returns()

        said = refusal(page)

        assert "a `fails` line depends on what the kernel chooses" in said

    def test_a_line_that_never_holds_is_not_kept(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            step.fails(EPERM, when=FALSE, cite="c")
            step.returns()

        assert traced(page).rungs == ()

    def test_alternatives_of_one_line_are_one_rung(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            step.fails_any((EPERM, old.total == 1, "c1"), (ESRCH, old.total <= 1, "c2"))
            step.returns()

        (rung,) = traced(page).rungs

        assert [a.error for a in rung.alternatives] == [EPERM, ESRCH]
        assert rung.cite == "c1; c2"


class TestOldAndNew:
    def test_new_is_not_read(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            new.total = new.total + 1
            step.returns()

        said = refusal(page)

        assert "total of `new` cannot be read" in said
        assert "effects are simultaneous" in said

    def test_the_family_of_new_is_not_asked(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            step.blocks(when=new.family.is_ancestor(t, FIRST))
            step.returns()

        assert "thing.above of `new` cannot be read" in refusal(page)

    def test_old_is_not_written(self) -> None:
        def cell(step: Step, old: World, new: World) -> None:
            old.total = 1

        def row(step: Step, old: World, new: World, t: Thing) -> None:
            old.thing[t] = CLEARED

        assert "total of `old` cannot be written" in refusal(cell)
        assert "a row of `old.thing` cannot be written" in refusal(row)

    def test_a_set_of_rows_is_not_read(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            _ = old.thing[those(Thing, lambda t: t == FIRST)].colour

        assert "thing.colour is read at one element, not at a set" in refusal(page)

    def test_unknown_fields_are_told_with_the_nearest(self) -> None:
        def read(step: Step, old: Any, new: Any, t: Thing) -> None:
            _ = old.thing[t].color

        def write(step: Step, old: Any, new: Any, t: Thing) -> None:
            new.thing[t].zzz = 1

        def cell(step: Step, old: Any, new: Any) -> None:
            new.totl = 1

        def table(step: Step, old: Any, new: Any) -> None:
            _ = old.things

        def a_table_is_no_cell(step: Step, old: Any, new: Any) -> None:
            new.thing = 1

        assert "thing has no field color; did you mean colour?" in refusal(read)
        assert "thing has no field zzz; it has colour, above, size" in refusal(write)
        assert "World has no field totl; did you mean total?" in refusal(cell)
        assert "did you mean thing?" in refusal(table)
        assert "World has no field thing; it has total" in refusal(a_table_is_no_cell)

    def test_python_itself_may_ask_for_what_is_not_there(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            assert not hasattr(old, "__wrapped__")
            assert not hasattr(old.thing[t], "__wrapped__")
            step.returns()

        assert traced(page).writes == ()

    def test_an_index_is_of_the_tables_sort(self) -> None:
        def read(step: Step, old: Any, new: Any, p: Place) -> None:
            _ = old.thing[p].colour

        def write(step: Step, old: Any, new: Any) -> None:
            new.thing[3].colour = RED

        def bulk(step: Step, old: Any, new: Any) -> None:
            new.thing[those(Place, lambda p: TRUE)].colour = RED

        def ask(step: Step, old: Any, new: Any, p: Place) -> None:
            _ = old.family.parent_of(p)

        assert "thing is indexed by Thing, not by Place" in refusal(read)
        assert "thing is indexed by Thing, not by 3" in refusal(write)
        assert "thing is indexed by Thing, not by SetOfPlace" in refusal(bulk)
        assert "expected a Thing, found a Place" in refusal(ask)


class TestEffects:
    def test_two_writes_to_one_cell(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing, u: Thing) -> None:
            new.thing[t].colour = RED
            new.thing[u].colour = BLUE
            step.returns()

        said = refusal(page)

        assert "two writes to thing.colour may reach one cell" in said
        assert "separate them with `step.given(condition)`" in said

    def test_two_writes_under_opposite_conditions(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            with step.given(old.thing[t].is_open):
                new.thing[t].colour = RED
            with step.given(~old.thing[t].is_open):
                new.thing[t].colour = BLUE
            step.returns()

        assert len(traced(page).writes) == 2

    def test_a_value_is_of_the_fields_type(self) -> None:
        def sort(step: Step, old: Any, new: Any, t: Thing) -> None:
            new.thing[t].colour = t

        def number(step: Step, old: Any, new: Any) -> None:
            new.total = 16

        assert "expected a Colour, found a Thing" in refusal(sort)
        assert "16 does not fit Small (4 bits)" in refusal(number)

    def test_a_bulk_write_gives_a_value_of_each_element(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            below = old.family.children_of(t)
            new.thing[below].size = lambda q: old.thing[q].size + 1
            new.family.move_children(below, to=FIRST)
            step.returns()

        size, above = traced(page).writes

        assert (size.field, above.field) == ("thing.size", "thing.above")

    def test_what_a_row_becomes(self) -> None:
        def page(step: Step, old: Any, new: Any, t: Thing) -> None:
            new.thing[t] = 3

        def bulk(step: Step, old: Any, new: Any, t: Thing) -> None:
            new.thing[old.family.children_of(t)] = forked(old.thing[t])

        assert "becomes forked(row), threaded(row), execed(row) or" in refusal(page)
        assert "a row of thing is written at one element" in refusal(bulk)

    def test_a_condition_of_given_is_a_truth(self) -> None:
        def page(step: Any, old: Any, new: Any, t: Thing) -> None:
            with step.given(t):
                new.total = 1

        assert "expected a Bool, found a Thing" in refusal(page)


class TestInheritance:
    def test_computed_is_given_by_the_page(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing, u: Thing) -> None:
            new.thing[u] = forked(old.thing[t])
            step.returns()

        said = refusal(page)

        assert "thing.above is COMPUTED at fork, and the page does not say it" in said
        assert ".but(above=...)" in said

    def test_only_computed_is_given_by_the_page(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing, u: Thing) -> None:
            new.thing[u] = forked(old.thing[t]).but(above=t, colour=RED)
            step.returns()

        assert "thing.colour is declared COPIED at fork; only" in refusal(page)

    def test_what_is_given_is_a_field(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing, u: Thing) -> None:
            new.thing[u] = forked(old.thing[t]).but(abov=t)
            step.returns()

        assert "thing has no field abov to give with .but" in refusal(page)

    @pytest.mark.parametrize("wrong", ["set", "place", "new", "thing"])
    def test_it_is_one_row_of_old(self, wrong: str) -> None:
        def page(step: Step, old: Any, new: Any, t: Thing, p: Place) -> None:
            rows: dict[str, Callable[[], Any]] = {
                "set": lambda: old.thing[old.family.children_of(t)],
                "place": lambda: old.place[p],
                "new": lambda: new.thing[t],
                "thing": lambda: t,
            }
            new.thing[t] = forked(rows[wrong]())

        assert "fork takes one row of `old.thing`" in refusal(page)

    def test_a_table_without_fates_takes_no_part(self) -> None:
        def page(step: Step, old: World, new: World, p: Place, q: Place) -> None:
            new.place[p] = forked(old.place[q])

        assert "place declares no fates" in refusal(page)

    def test_each_event_does_what_the_fields_declare(self) -> None:
        def fork(step: Step, old: World, new: World, t: Thing, u: Thing) -> None:
            new.thing[u] = forked(old.thing[t]).but(above=t)
            step.returns()

        def thread(step: Step, old: World, new: World, t: Thing, u: Thing) -> None:
            new.thing[u] = threaded(old.thing[t])
            step.returns()

        def execute(step: Step, old: World, new: World, t: Thing) -> None:
            new.thing[t] = execed(old.thing[t]).but(is_open=TRUE)
            step.returns()

        def said(page: Any) -> dict[str, str]:
            return {w.field: repr(w.value) for w in traced(page).writes}

        assert said(fork) == {
            "thing.colour": "(READ:thing.colour PARAM:t)",
            "thing.above": "PARAM:t",
            "thing.size": "CONST:7",
            "thing.is_open": "(READ:thing.is_open PARAM:t)",
            "tint.colours": "(READ:tint.colours PARAM:t)",
        }
        assert said(thread)["thing.size"] == "CONST:1"
        assert said(execute) == {"thing.size": "CONST:2", "thing.is_open": "CONST:True"}
        assert traced(fork).inherits == ("fork",)

    def test_cleared_is_as_at_boot_in_every_table(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            new.thing[t] = CLEARED
            step.returns()

        said = {w.field: repr(w.value) for w in traced(page).writes}

        assert said["thing.above"] == "PARAM:t"
        assert said["tint.colours"] == "CONST:0"


class TestChoice:
    def test_what_is_picked_is_a_parameter(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            step.picks(FIRST, among=those(Thing, lambda t: TRUE))

        def caller_page(step: Step, old: World, new: World, caller: Thing) -> None:
            step.picks(caller, among=those(Thing, lambda t: TRUE))

        assert "`picks` names a parameter of the call" in refusal(page)
        assert "and not its caller" in refusal(caller_page)

    def test_nothing_is_picked_twice(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            step.picks(t, among=those(Thing, lambda q: old.thing[q].is_open))
            step.picks(t, among=those(Thing, lambda q: old.thing[q].colour == RED))

        assert "t is picked twice; intersect the two sets" in refusal(page)


class TestResult:
    def test_a_call_has_a_result(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            new.total = 1

        assert "the page has no RESULT" in refusal(page)

    def test_a_call_has_one_result(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            step.returns(0)
            step.never_returns()

        assert "`never_returns` after `returns`: a call has one" in refusal(page)

    def test_a_result_is_in_range(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            step.returns(-1)

        assert "-1 does not fit ReturnInt" in refusal(page)


class TestSymbolicValues:
    @pytest.mark.parametrize("word", ["if", "and", "or", "not", "while", "chain", "in"])
    def test_there_is_no_truth_while_a_page_is_traced(self, word: str) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            red, wide = old.thing[t].colour == RED, old.thing[t].size >= 3
            match word:
                case "if":
                    new.total = 1 if red else 2
                case "and":
                    step.blocks(when=red and wide)
                case "or":
                    step.blocks(when=red or wide)
                case "not":
                    step.blocks(when=not red)  # type: ignore[arg-type]
                case "while":
                    while red:
                        pass
                case "chain":
                    step.blocks(when=1 < old.total < 3)
                case "in":
                    step.blocks(when=t in those(Thing, lambda q: red))  # type: ignore[arg-type]

        said = refusal(page)

        assert ("has(element)" if word == "in" else "`ite(c, a, b)` for if") in said

    def test_and_binds_tighter_than_equals(self) -> None:
        def page(step: Step, old: Any, new: Any, t: Thing, u: Thing) -> None:
            step.blocks(when=t == u & old.thing[t].is_open)

        said = refusal(page)

        assert "comparisons beside them need parentheses" in said

    def test_a_message_names_page_and_line(self) -> None:
        def page(step: Step, old: World, new: World) -> None:
            new.total = 99

        line = page.__code__.co_firstlineno + 1

        assert f"test_laws.py:{line}: page: 99 does not fit" in refusal(page)


class TestPages:
    def test_a_page_takes_step_old_and_new(self) -> None:
        def page(old: World, new: World) -> None: ...

        assert "a page takes step, old and new" in refusal(page)

    def test_a_parameter_has_a_sort(self) -> None:
        def page(step: Step, old: World, new: World, t: int) -> None: ...

        assert "t needs a sort, an enumeration or an integer type" in refusal(page)

    def test_a_system_call_has_a_caller(self) -> None:
        @syscall(source="call(2)")
        def page(step: Step, old: World, new: World) -> None: ...

        with pytest.raises(SpecError, match="a system call has a `caller`"):
            trace_model("world", World, [page])

    def test_two_calls_have_two_names(self) -> None:
        with pytest.raises(SpecError, match="world has two calls named a_step"):
            model_of(a_step, a_step)

    def test_a_citation_resolves(self) -> None:
        def resolve(cite: str, source: str) -> None:
            raise SpecError(f"{source}: {cite} is nowhere")

        said = refusal(a_step, cites=resolve)

        assert "a_step: call(2): ERRORS EPERM is nowhere" in said

    def test_boot_reads_nothing(self) -> None:
        def boot(new: World) -> None:
            new.total = new.total

        assert "world boot: total of `new` cannot be read" in refusal(a_step, boot=boot)

    def test_a_page_can_speak_another(self) -> None:
        @event()
        def inner(step: Step, old: World, new: World) -> None:
            new.total = 3
            step.returns()

        def outer(step: Step, old: World, new: World) -> None:
            step.blocks(when=old.total == 3)
            inner(step, old, new)

        assert [w.field for w in traced(outer).writes] == ["total"]


class TestHooks:
    def test_a_hook_takes_its_place_and_adds_its_parameters(self) -> None:
        def permit(step: Step, old: World, target: Thing, why: Colour) -> None:
            step.fails(EPERM, when=old.thing[target].colour == why, cite="c")

        def page(step: Step, old: World, new: World, t: Thing) -> None:
            step.hook("permit", target=t)
            step.hook("nobody_listens", target=t)
            step.returns()

        action = traced(page, hooks={"permit": (permit,)})

        assert [p.name for p in action.params] == ["t", "why"]
        assert [str(a.error) for r in action.rungs for a in r.alternatives] == ["EPERM"]

    def test_a_question_is_answered_by_all_who_are_asked(self) -> None:
        def is_red(old: World, target: Thing) -> Bool:
            return old.thing[target].colour == RED

        def is_not_first(target: Thing) -> Bool:
            return target != FIRST

        def page(step: Step, old: World, new: World, t: Thing) -> None:
            step.blocks(when=~step.asks("permit", target=t))
            step.blocks(when=~step.asks("nobody_listens", target=t))
            step.returns()

        both = traced(page, hooks={"permit": (is_red, is_not_first)})
        one = traced(page, hooks={"permit": (is_red,)})

        assert [len(action.rungs) for action in (both, one)] == [1, 1]
        assert both.rungs[0].when != one.rungs[0].when


def test_sets_and_choices_are_of_one_sort() -> None:
    red = Colour.of("RED")
    some: SetOf[Any] = those(Colour, lambda c: c != GREEN)

    with pytest.raises(SpecError, match="expected a Colour, found a Thing"):
        some.has(FIRST)
    with pytest.raises(SpecError, match="expected a Colour, found a Small"):
        ite(TRUE, red, Small.lift(1))
    with pytest.raises(SpecError, match="`ite` chooses between terms, not 1"):
        ite(TRUE, 1, 2)  # type: ignore[type-var]
    with pytest.raises(SpecError, match="expected a Bool, found a NoneType"):
        all_of(Thing, lambda _t: None)  # type: ignore[arg-type,return-value]
    assert isinstance(some.has(red), Bool)
    assert issubclass(World, State)


class Elsewhere:
    """Another page."""

    class Colour(Enum):
        """It is called what a colour of the world is called."""

        members = ("CYAN",)


def test_two_sorts_of_one_name_are_refused() -> None:
    def page(step: Step, old: World, new: World, t: Elsewhere.Colour) -> None:
        step.returns()

    assert "two sorts are named Colour: name one of them otherwise" in refusal(page)
