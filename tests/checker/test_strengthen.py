"""Lemmas found without asking: what is generated, what survives, what it proves."""

from __future__ import annotations

import pytest

from checker.bounded.induction import check_inductive
from checker.evaluate import Evaluator
from checker.explore import explore
from checker.proof.candidates import candidates
from checker.proof.houdini import forest_sentences, houdini, some_states
from checker.proof.prove import prove
from checker.proof.settle import settle
from checker.proof.strengthen import strengthen
from checker.verdict import Proved, ProvedAtScope, Unknown
from properties.catalogue import for_system
from spec.lang import (
    FALSE,
    Bool,
    Model,
    Property,
    Row,
    Scope,
    SetOf,
    Sort,
    State,
    Step,
    Table,
    all_of,
    always,
    event,
    field,
    implies,
    trace_model,
)
from spec.lang.model import Traced
from spec.topaz.system import TOPAZ
from tests import toys
from tests.checker.test_induction import nobody_leaves_committed
from tests.checker.test_prove import LEMMAS, nobody_is_a_subreaper

COMMIT = Scope({"Manager": 3})
PIDS = Scope({"Pid": 3, "Code": 2})
HOTEL = Scope({"Room": 3, "Guest": 2})
POINTS_BACK = (
    "every guest g2: every room r: r in guest[g2].rooms implies room[r].guest = g2"
)


class Room(Sort, first=1):
    """A room of a hotel."""


class Guest(Sort):
    """Who sleeps there."""


class Rooms(SetOf[Room], element=Room):
    """A set of rooms."""


class RoomRow(Row[Room]):
    """A room, and who has it."""

    is_taken = field(Bool, initial=FALSE)
    guest = field(Guest, initial=Guest.element(0))


class GuestRow(Row[Guest]):
    """A guest, and the rooms on the bill."""

    rooms = field(Rooms, initial=Rooms.containing())


class Hotel(State):
    """The rooms, the guests, and which rooms were ever used."""

    room = Table(Room, RoomRow)
    guest = Table(Guest, GuestRow)
    used = field(Rooms, initial=Rooms.containing())


@event()
def check_in(step: Step, old: Hotel, new: Hotel, room: Room, guest: Guest) -> None:
    """A guest takes a room that is free."""
    step.blocks(when=old.room[room].is_taken)
    new.room[room].is_taken = True
    new.room[room].guest = guest
    new.guest[guest].rooms = old.guest[guest].rooms | Rooms.containing(room)
    new.used = old.used | Rooms.containing(room)
    step.returns()


@event()
def check_out(step: Step, old: Hotel, new: Hotel, room: Room) -> None:
    """The guest leaves the room; it is off the bill."""
    step.blocks(when=~old.room[room].is_taken)
    guest = old.room[room].guest
    new.room[room].is_taken = FALSE
    new.guest[guest].rooms = old.guest[guest].rooms - Rooms.containing(room)
    step.returns()


@always()
def only_taken_rooms_are_on_a_bill(s: Hotel) -> Bool:
    """Not inductive: it takes that a room on a bill is the guest's."""
    return all_of(
        Guest,
        lambda g: all_of(
            Room, lambda r: implies(s.guest[g].rooms.has(r), s.room[r].is_taken)
        ),
    )


def hotel() -> Model:
    return trace_model("hotel", Hotel, (check_in, check_out))


def traced(model: Model, *properties: Property) -> list[Traced]:
    return [model.trace(p) for p in properties]


def texts(model: Model, *, wide: bool = False) -> set[str]:
    return {one.declared.doc for one in candidates(model, wide=wide)}


class TestCandidates:
    def test_they_read_as_sentences(self) -> None:
        said = texts(toys.model_p("any"))

        assert {
            "every pid p: pid[p].status = FREE implies pid[p].parent = p",
            "every pid p: pid[p].status = FREE implies not pid[p].is_subreaper",
            "every pid p: pid[p].parent = p or pid[pid[p].parent].status = RUNNING",
            (
                "every pid p2: every pid p: p2 is an ancestor of p implies "
                "pid[p2].status = RUNNING"
            ),
            "every pid p: p = 1 or pid[p].status = FREE or 1 is an ancestor of p",
            "pid[1].status = RUNNING",
        } <= said

    def test_sets_and_what_points_back(self) -> None:
        said = texts(hotel())

        assert {
            POINTS_BACK,
            "every room r: room[r].is_taken implies r in used",
            (
                "every room r2: every room r: room[r2].guest = room[r].guest implies "
                "room[r2].is_taken = room[r].is_taken"
            ),
        } <= said

    def test_names_tell_them_apart_and_repeat(self) -> None:
        once, again = candidates(toys.two_phase()), candidates(toys.two_phase())

        assert [one.name for one in once] == [one.name for one in again]
        assert len({one.name for one in once}) == len(once)
        assert len({one.node for one in once}) == len(once)

    def test_those_over_some_fields_read_no_others(self) -> None:
        model = toys.model_p("any")
        few = candidates(model, ["pid.status"])

        assert few
        assert not any("parent" in one.declared.doc for one in few)

    def test_one_of_three_is_asked_for(self) -> None:
        model = toys.two_phase()
        said = (
            "every manager m: decision = COMMITTED implies manager[m].phase != ABORTED "
            "or not manager[m].has_sent"
        )

        assert said not in texts(model)
        assert said in texts(model, wide=True)


class TestHoudini:
    def test_what_survives_is_inductive(self) -> None:
        """Found by one algorithm, checked by another."""
        model = toys.model_p("any")
        given = candidates(model, ["pid.status", "pid.parent"])[::5]
        found = houdini(model, PIDS, given, (), (), seconds=60)
        both = (*forest_sentences(model), *found.standing)
        checked = check_inductive(model, PIDS, both)

        assert found.standing
        assert set(checked.verdicts.values()) == {ProvedAtScope()}

    def test_what_a_search_refutes_does_not_survive(self) -> None:
        model = toys.model_p("any")
        given = candidates(model, ["pid.status", "pid.is_subreaper"])
        found = houdini(model, PIDS, given, (), (), seconds=60)
        searched = explore(Evaluator(model, PIDS, given), stop_at_first=False)
        refuted = {violation.prop for violation in searched.violations}
        standing = {one.name for one in found.standing}

        assert refuted
        assert not refuted & standing
        assert len(found.unrefuted) <= len(given) - len(refuted)

    def test_what_is_true_and_not_inductive_does_not_survive(self) -> None:
        """No manager is told to commit while one has aborted: true, but why?"""
        model = toys.two_phase()
        goal = model.trace(toys.no_two_managers_disagree)
        found = houdini(model, COMMIT, (goal,), (), (), seconds=60)

        assert found.unrefuted == (goal,)
        assert found.standing == ()

    def test_the_essential_ones_imply_the_rest(self) -> None:
        model = toys.two_phase()
        given = candidates(model, ["decision", "commit_sent", "abort_sent"])
        found = houdini(model, COMMIT, given, (), (), seconds=60)
        evaluator = Evaluator(model, COMMIT, found.standing)
        names = {one.name for one in found.standing}
        essential = {one.name for one in found.essential}

        assert 0 < len(essential) < len(names)
        for state in some_states(evaluator):
            assert all(evaluator.holds(name, state) for name in names)

    def test_without_time_nothing_stands(self) -> None:
        model = toys.two_phase()
        found = houdini(model, COMMIT, candidates(model), (), (), seconds=0)

        assert found.unrefuted
        assert found.standing == ()


class TestStrengthening:
    def test_a_step_property_is_proved_without_its_lemma(self) -> None:
        model = toys.two_phase()
        goal = model.trace(nobody_leaves_committed)
        found = strengthen(model, COMMIT, [goal], (), seconds=2)
        lemmas = found.lemmas["nobody_leaves_committed"]
        alone = prove(model, [goal], seconds=1)
        beside = prove(model, [goal, *lemmas], seconds=2)

        assert isinstance(alone.proofs[goal.name].verdict, Unknown)
        assert beside.proofs[goal.name].verdict == Proved()
        assert {beside.proofs[one.name].verdict for one in lemmas} == {Proved()}

    def test_lemmas_about_sets_are_found(self) -> None:
        model = hotel()
        goal = model.trace(only_taken_rooms_are_on_a_bill)
        found = strengthen(model, HOTEL, [goal], (), seconds=2)

        assert POINTS_BACK in {one.declared.doc for one in found.lemmas[goal.name]}

    def test_a_false_property_is_not_proved(self) -> None:
        model = toys.model_p("any")
        goal = model.trace(nobody_is_a_subreaper)
        known = traced(model, *toys.MODEL_P_INVARIANTS, *LEMMAS)
        found = strengthen(model, PIDS, [goal], known, seconds=0.3, budget=1)

        assert "nobody_is_a_subreaper" not in found.lemmas

    @pytest.mark.slow
    def test_two_phase_commit_is_proved_from_nothing(self) -> None:
        model = toys.two_phase()
        name = "no_two_managers_disagree"
        goals = traced(model, toys.no_two_managers_disagree)
        found = settle(model, goals, [name], COMMIT, seconds=2)

        assert found.run.proofs[name].verdict == Proved()
        assert found.strengthening is not None
        assert found.strengthening.used

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "name",
        ["every_process_has_a_living_parent", "the_family_is_one_tree_rooted_at_init"],
    )
    def test_the_family_of_topaz_is_proved_without_the_lemmas(self, name: str) -> None:
        model = TOPAZ.model()
        goals = [model.trace(p) for p in for_system("topaz") if p.name == name]
        scope = Scope({"Process": 3, "Number": 3, "ExitCode": 3})
        alone = prove(model, goals, seconds=1)
        found = settle(model, goals, [name], scope)

        assert isinstance(alone.proofs[name].verdict, Unknown)
        assert found.run.proofs[name].verdict == Proved()
