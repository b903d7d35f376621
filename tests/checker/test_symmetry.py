"""Which elements are interchangeable, and what a search over orbits finds."""

from __future__ import annotations

from itertools import permutations

import pytest

from checker.evaluate import Evaluator, State
from checker.explore import explore
from checker.ground import ground
from checker.mutants.mutate import mutants
from checker.native.model import compile_model
from checker.searcher import Limits, Searcher
from checker.symmetry.canonical import Canonical
from checker.symmetry.concretise import concretise
from checker.symmetry.explore import explore_orbits
from checker.symmetry.find import Group, Symmetry, find_symmetry
from checker.symmetry.plan import TooManyElements, plan_of
from checker.symmetry.reduction import any_step, reduction_of
from checker.trace import Disagreement, shows
from spec.lang import (
    FALSE,
    Bool,
    Int,
    Model,
    Row,
    Scope,
    SetOf,
    Sort,
    Step,
    Table,
    always,
    event,
    every_step,
    field,
    ite,
    some_of,
    sometimes,
    the_one,
    those,
    trace_model,
)
from spec.lang import (
    State as StateOf,
)
from spec.lang.declare import CallView, Outcome
from spec.lang.model import Traced
from tests import toys


def pids(n: int) -> Scope:
    return Scope({"Pid": n, "Code": 2})


def groups(model: Model, scope: Scope, *props: Traced) -> dict[str, tuple[int, ...]]:
    found = find_symmetry(model, scope, props)
    return {group.sort.name: group.elements for group in found.groups}


class TestWhatIsInterchangeable:
    def test_managers_are_never_named(self) -> None:
        assert groups(toys.two_phase(), Scope({"Manager": 3})) == {"Manager": (0, 1, 2)}

    def test_an_element_that_the_model_names_is_fixed(self) -> None:
        assert groups(toys.model_p("any"), pids(4)) == {"Pid": (1, 2, 3)}

    def test_order_gives_a_sort_up(self) -> None:
        found = find_symmetry(toys.model_p("lowest"), pids(4))

        assert found.groups == ()
        assert found.words() == (
            "Pid is not reduced: fork compares its elements by order",
            "Code: 0, 1 stay as they are (named in the model, or alone)",
        )

    def test_a_property_can_name_one_element_more(self) -> None:
        @always()
        def the_second_pid_is_never_a_subreaper(s: toys.Processes) -> Bool:
            return ~s.pid[toys.Pid.element(1)].is_subreaper

        model = toys.model_p("any")
        prop = model.trace(the_second_pid_is_never_a_subreaper)

        assert groups(model, pids(4), prop) == {"Pid": (2, 3)}

    def test_a_property_can_give_a_sort_up(self) -> None:
        @always()
        def parents_come_first(s: toys.Processes) -> Bool:
            return ~some_of(toys.Pid, lambda p: p < s.pid[p].parent)

        model = toys.model_p("any")

        assert groups(model, pids(4), model.trace(parents_come_first)) == {}

    def test_liveness_is_refused(self) -> None:
        model = toys.two_phase()
        prop = model.trace(toys.no_two_managers_disagree)
        leads_to = Traced("all_agree", "leads_to", prop.node, (), prop.declared)
        found = find_symmetry(model, Scope({"Manager": 3}), [leads_to])

        assert found.groups == ()
        assert found.words() == ("no symmetry reduction: all_agree is about liveness",)

    def test_a_model_without_sorts_has_nothing_to_reduce_by(self) -> None:
        assert find_symmetry(toys.die_hard(), Scope({})).words() == (
            "no sort to reduce by",
        )

    def test_at_most_63_elements(self) -> None:
        group = Group(toys.Manager.type, (0, 1))  # type: ignore[arg-type]
        with pytest.raises(TooManyElements, match="64 elements belong to sorts"):
            plan_of(toys.two_phase(), Scope({"Manager": 64}), [group])
        refused = reduction_of(toys.two_phase(), Scope({"Manager": 64}), ())

        assert isinstance(refused, Symmetry)
        assert refused.words()[0].startswith("no symmetry reduction: 64 elements")


class Ticket(Sort, first=1):
    """What is drawn."""


class Guest(Sort):
    """Who draws."""


class Shown(Int, bits=8):
    """A ticket as a number."""


class GuestRow(Row[Guest]):
    ticket = field(Ticket, initial=Ticket.element(0))
    has_one = field(Bool, initial=FALSE)


class TicketSet(SetOf[Ticket], element=Ticket):
    """Tickets."""


class Counter(StateOf):
    """Guests draw tickets; a ticket is given out once."""

    guest = Table(Guest, GuestRow)
    given = field(TicketSet, initial=TicketSet.containing(Ticket.element(0)))


def not_given(s: Counter) -> Ticket:
    return the_one(Ticket, lambda t: ~s.given.has(t))


@event()
def draw(step: Step, old: Counter, new: Counter, g: Guest) -> None:
    """The guest gets the first ticket that nobody has had."""
    step.blocks(when=old.guest[g].has_one)
    step.blocks(when=those(Ticket, lambda t: ~old.given.has(t)).is_empty())
    new.guest[g].ticket = not_given(old)
    new.guest[g].has_one = True
    new.given = old.given | TicketSet.containing(not_given(old))
    step.returns(Shown.from_term(not_given(old)))


@event()
def leave(step: Step, old: Counter, new: Counter, t: Ticket) -> None:
    """Whoever has the ticket leaves with it."""
    holder = the_one(Guest, lambda g: old.guest[g].has_one & (old.guest[g].ticket == t))
    step.blocks(when=~old.guest[holder].has_one)
    new.guest[holder].has_one = FALSE
    new.guest[holder].ticket = Ticket.element(0)
    step.returns()


@event()
def forge(step: Step, old: Counter, new: Counter, g: Guest, t: Ticket) -> None:
    """A guest makes a ticket, whether or not another has it."""
    step.blocks(when=old.guest[g].has_one)
    new.guest[g].ticket = t
    new.guest[g].has_one = True
    step.returns()


@sometimes()
def all_guests_have_tickets(s: Counter) -> Bool:
    return ~some_of(Guest, lambda g: ~s.guest[g].has_one)


@every_step()
def a_guest_gets_the_number_it_is_told(
    old: Counter, new: Counter, call: CallView, outcome: Outcome
) -> Bool:
    if call.name != "draw":
        return ~FALSE
    guest = call.argument("g", Guest)
    return Shown(outcome.value) == Shown.from_term(new.guest[guest].ticket)


TICKETS = Scope({"Ticket": 4, "Guest": 3})


class TestGuards:
    def counter(self, *more: object) -> Model:
        return trace_model("counter", Counter, (draw, leave, *more))  # type: ignore[arg-type]

    def test_the_first_of_twins_and_the_only_one_are_guarded(self) -> None:
        found = find_symmetry(self.counter(), TICKETS)

        assert groups(self.counter(), TICKETS) == {
            "Guest": (1, 2),
            "Ticket": (1, 2, 3),
        }
        assert [guard.declared.doc for guard in found.guards] == [
            "taking the first Ticket in draw makes no difference",
            "taking the first Guest in leave makes no difference",
        ]

    def test_the_guards_hold_and_orbits_are_searched(self) -> None:
        model = self.counter()
        props = [model.trace(all_guests_have_tickets)]
        found = explore_orbits(model, TICKETS, props)
        full = explore(Evaluator(model, TICKETS, props))

        assert found.abandoned is None
        assert found.exploration.witnessed == full.witnessed
        assert found.exploration.depth == full.depth
        assert found.exploration.distinct < full.distinct

    def test_a_guard_that_fails_gives_the_reduction_up(self) -> None:
        model = self.counter(forge)
        found = explore_orbits(model, TICKETS)
        full = explore(Evaluator(model, TICKETS))

        assert found.abandoned in {
            f"no symmetry reduction: it does not hold that {guard.declared.doc}"
            for guard in found.symmetry.guards
        }
        assert found.exploration.distinct == full.distinct

    def test_the_native_search_gives_it_up_too(self) -> None:
        model = self.counter(forge)
        searcher = Searcher(limits=Limits(), symmetry=True)
        found = searcher(model, TICKETS, ())

        assert found.distinct == explore(Evaluator(model, TICKETS)).distinct
        assert any("it does not hold that" in note for note in searcher.reductions)

    def test_candidates_that_are_named_do_not_stand_for_others(self) -> None:
        @always()
        def ticket_three_is_not_special(s: Counter) -> Bool:
            return some_of(Ticket, lambda t: t == Ticket.element(2))

        model = self.counter()
        props = [model.trace(ticket_three_is_not_special)]
        found = explore_orbits(model, TICKETS, props)

        assert groups(model, TICKETS, *props)["Ticket"] == (1, 3)
        assert found.abandoned is not None
        assert (
            found.exploration.distinct
            == explore(Evaluator(model, TICKETS, props)).distinct
        )

    def test_the_first_of_what_no_quantifier_ranges_over_gives_the_sort_up(
        self,
    ) -> None:
        @event()
        def swap(step: Step, old: Counter, new: Counter, has_one: Bool) -> None:
            first = the_one(Guest, lambda g: old.guest[g].has_one == has_one)
            new.guest[first].has_one = ~has_one
            step.returns()

        assert find_symmetry(self.counter(swap), TICKETS).words()[-2:] == (
            "Ticket: 1 stay as they are (named in the model, or alone)",
            "Guest is not reduced: swap takes the first of its elements",
        )

    def test_a_property_may_take_the_first_of_one_state_but_not_of_two(self) -> None:
        @every_step()
        def the_holder_of_ticket_one_is_new(
            old: Counter, new: Counter, call: CallView, outcome: Outcome
        ) -> Bool:
            holder = the_one(Guest, lambda g: new.guest[g].ticket == Ticket.element(0))
            return ~new.guest[holder].has_one

        @every_step()
        def somebody_changes(
            old: Counter, new: Counter, call: CallView, outcome: Outcome
        ) -> Bool:
            who = the_one(Guest, lambda g: old.guest[g].has_one != new.guest[g].has_one)
            return new.guest[who].has_one | old.guest[who].has_one

        model = self.counter()
        of_one = model.trace(the_holder_of_ticket_one_is_new)
        of_two = model.trace(somebody_changes)

        assert "Guest" in groups(model, TICKETS, of_one)
        assert explore_orbits(model, TICKETS, [of_one]).abandoned is not None
        assert "Guest" not in groups(model, TICKETS, of_two)

    @pytest.mark.parametrize(("n", "expected"), [(3, 23), (4, 111), (5, 582)])
    def test_the_first_free_pid_stands_for_any(self, n: int, expected: int) -> None:
        @event()
        def fork_first(
            step: Step, old: toys.Processes, new: toys.Processes, p: toys.Pid
        ) -> None:
            step.blocks(when=old.pid[p].status != toys.RUNNING)
            step.blocks(when=toys.free_pids(old).is_empty())
            child = the_one(toys.Pid, lambda c: old.pid[c].status == toys.FREE)
            new.pid[child].status = toys.RUNNING
            new.family.attach(child, p)
            step.returns()

        calls = (fork_first, toys.set_subreaper, toys.end, toys.reap)
        model = trace_model("first", toys.Processes, calls, boot=toys.boot_p)
        found = explore_orbits(model, pids(n))

        assert found.abandoned is None
        assert found.exploration.distinct == expected

    def test_a_set_constant_tells_its_members_from_the_others(self) -> None:
        @always()
        def not_just_two(s: Counter) -> Bool:
            return s.given != TicketSet.containing(Ticket.element(1))

        model = self.counter()

        assert groups(model, TICKETS, model.trace(not_just_two))["Ticket"] == (2, 3)

    def test_numbers_that_are_compared_for_equality_tell_nothing(self) -> None:
        model = self.counter()
        prop = model.trace(a_guest_gets_the_number_it_is_told)

        assert groups(model, TICKETS, prop)["Ticket"] == (1, 2, 3)

    def test_a_number_that_is_a_constant_names_an_element(self) -> None:
        @always()
        def nobody_has_number_three(s: Counter) -> Bool:
            return ~some_of(Guest, lambda g: Shown.from_term(s.guest[g].ticket) == 3)

        model = self.counter()
        prop = model.trace(nobody_has_number_three)

        assert groups(model, TICKETS, prop)["Ticket"] == (1, 3)

    def test_numbers_of_two_sorts_give_both_up(self) -> None:
        @always()
        def nobody_has_their_own_number(s: Counter) -> Bool:
            return ~some_of(
                Guest,
                lambda g: Shown.from_term(g) == Shown.from_term(s.guest[g].ticket),
            )

        model = self.counter()

        assert groups(model, TICKETS, model.trace(nobody_has_their_own_number)) == {}

    def test_numbers_that_are_chosen_are_still_only_compared(self) -> None:
        @always()
        def nobody_shows_number_four(s: Counter) -> Bool:
            return ~some_of(
                Guest,
                lambda g: (
                    ite(
                        s.guest[g].has_one,
                        Shown.from_term(s.guest[g].ticket),
                        Shown.lift(0),
                    )
                    == Shown.lift(4)
                ),
            )

        model = self.counter()
        prop = model.trace(nobody_shows_number_four)

        assert groups(model, TICKETS, prop)["Ticket"] == (1, 2)

    def test_numbers_that_wrap_around_give_the_sort_up(self) -> None:
        class Bit(Int, bits=1):
            """Too narrow for four tickets."""

        @always()
        def no_ticket_is_odd(s: Counter) -> Bool:
            return ~some_of(Guest, lambda g: Bit.from_term(s.guest[g].ticket) == 1)

        model = self.counter()

        assert "Ticket" not in groups(model, TICKETS, model.trace(no_ticket_is_odd))

    def test_numbers_that_are_added_give_the_sort_up(self) -> None:
        @always()
        def numbers_are_small(s: Counter) -> Bool:
            return ~some_of(
                Guest, lambda g: Shown.from_term(s.guest[g].ticket) + 1 == 3
            )

        model = self.counter()

        assert "Ticket" not in groups(model, TICKETS, model.trace(numbers_are_small))


def orbits(evaluator: Evaluator, canonical: Canonical) -> set[frozenset[State]]:
    """The orbits of the reachable states, by trying every permutation."""
    seen = {evaluator.initial}
    waiting = list(seen)
    while waiting:
        for step in evaluator.transitions(waiting.pop()):
            if step.after not in seen:
                seen.add(step.after)
                waiting.append(step.after)
    (group,) = canonical.plan.groups
    renamings = [dict(zip(group, p, strict=True)) for p in permutations(group)]
    return {
        frozenset(canonical.permuted(state, renaming) for renaming in renamings)
        for state in seen
    }


class TestOrbits:
    @pytest.mark.parametrize(("n", "expected"), [(3, 23), (4, 111), (5, 582)])
    def test_model_p_has_one_state_for_each_orbit(self, n: int, expected: int) -> None:
        found = explore_orbits(toys.model_p("any"), pids(n))

        assert found.exploration.distinct == expected

    def test_without_symmetry_every_state_is_its_own_orbit(self) -> None:
        found = explore_orbits(toys.die_hard(), Scope({}))

        assert found.exploration.distinct == 16
        assert found.symmetry.groups == ()

    def test_the_orbits_are_those_that_brute_force_finds(self) -> None:
        model, scope = toys.model_p("any"), pids(4)
        canonical = Canonical(plan_of(model, scope, find_symmetry(model, scope).groups))

        assert len(orbits(Evaluator(model, scope), canonical)) == 111

    @pytest.mark.parametrize(("n", "expected"), [(3, 80), (4, 166), (5, 314)])
    def test_two_phase_has_one_state_for_each_orbit(
        self, n: int, expected: int
    ) -> None:
        found = explore_orbits(toys.two_phase(), Scope({"Manager": n}))

        assert found.exploration.distinct == expected


class TestRuns:
    def test_a_path_of_orbits_becomes_a_run(self) -> None:
        @always()
        def nobody_below_a_subreaper_ends(s: toys.Processes) -> Bool:
            return ~some_of(
                toys.Pid,
                lambda p: (
                    (s.pid[p].status == toys.ZOMBIE)
                    & s.pid[s.pid[p].parent].is_subreaper
                ),
            )

        model = toys.model_p("any")
        props = [model.trace(nobody_below_a_subreaper_ends)]
        (violation,) = explore_orbits(model, pids(4), props).exploration.violations
        evaluator = Evaluator(model, pids(4), props)
        (direct,) = explore(evaluator).violations

        assert len(violation.trace) == len(direct.trace) == 4
        assert shows(evaluator, violation.prop, violation.trace)

    def test_a_path_that_is_none_is_refused(self) -> None:
        evaluator = Evaluator(toys.two_phase(), Scope({"Manager": 2}))
        start = evaluator.initial
        other = next(iter(evaluator.transitions(start))).after

        with pytest.raises(Disagreement, match="does not begin"):
            concretise(evaluator, lambda state: state, [other], any_step)
        with pytest.raises(Disagreement, match="orbit that is number 1"):
            concretise(evaluator, lambda state: state, [start, start], any_step)

    def test_every_mutant_of_model_p_has_the_same_verdicts(self) -> None:
        model = toys.model_p("any")
        traced = [model.trace(prop) for prop in toys.MODEL_P_INVARIANTS]
        for mutant in mutants(model):
            props = mutant.retraced(traced)
            found = explore_orbits(mutant.model, pids(3), props, stop_at_first=False)
            evaluator = Evaluator(mutant.model, pids(3), props)
            full = explore(evaluator, stop_at_first=False)

            assert lengths(found.exploration) == lengths(full), mutant.name
            for violation in found.exploration.violations:
                assert shows(evaluator, violation.prop, violation.trace), mutant.name


def lengths(found: object) -> dict[str, int]:
    return {v.prop: len(v.trace) for v in found.violations}  # type: ignore[attr-defined]


class TestTheNativeSearch:
    def test_a_step_property_fails_in_as_many_steps(self) -> None:
        @every_step()
        def nobody_is_given_to_another(
            old: toys.Processes, new: toys.Processes, call: CallView, outcome: Outcome
        ) -> Bool:
            del call, outcome
            return ~some_of(
                toys.Pid,
                lambda p: (
                    (old.pid[p].parent != new.pid[p].parent)
                    & (old.pid[p].status == toys.RUNNING)
                    & (new.pid[p].parent != toys.INIT)
                ),
            )

        model = toys.model_p("any")
        props = (model.trace(nobody_is_given_to_another),)
        evaluator = Evaluator(model, pids(4), props)
        found = [
            Searcher(limits=Limits(), symmetry=symmetry, native=native)(
                model, pids(4), props
            ).violations[0]
            for symmetry in (False, True)
            for native in (False, True)
        ]

        assert [len(violation.trace) for violation in found] == [5] * 4
        assert all(shows(evaluator, v.prop, v.trace) for v in found)

    @pytest.mark.parametrize("threads", [1, 2])
    def test_the_counts_are_those_of_the_reference_search(self, threads: int) -> None:
        model, scope = toys.model_p("any"), pids(5)
        props = tuple(model.trace(p) for p in toys.MODEL_P_INVARIANTS)
        reference = explore_orbits(model, scope, props).exploration
        searcher = Searcher(limits=Limits(threads=threads), symmetry=True)
        native = searcher(model, scope, props)

        assert native.distinct == reference.distinct == 582
        assert native.transitions == reference.transitions == 4790
        assert native.depth == reference.depth == 8

    def test_a_search_over_orbits_does_not_continue_one_over_states(self) -> None:
        model, scope = toys.model_p("any"), pids(3)
        grounded = ground(model, scope)
        symmetry = find_symmetry(model, scope)
        orbits = compile_model(grounded, groups=symmetry.groups).machine
        states = compile_model(grounded).machine

        assert orbits.identity != states.identity
