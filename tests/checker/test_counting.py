"""Counts for any number: what is said of them is true, and enough for a pool."""

from __future__ import annotations

from itertools import product

import pytest
import z3

from checker.proof.counting import EXACT, Counted, comparisons, laws
from checker.proof.first_order import Expr
from checker.proof.prove import prove
from checker.verdict import Proved, Unknown
from spec.lang import (
    FALSE,
    Bool,
    Int,
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
    count_of,
    event,
    every_step,
    field,
    implies,
    trace_model,
)
from spec.lang.declare import CallView, Outcome
from tests.agreement.finite_language import Finite

SIZE = 3
ELEMENT, ELEMENTS = z3.EnumSort("Counted3", [f"counted.{n}" for n in range(SIZE)])
MASKS = range(1 << SIZE)


def counted(mask: int, total: int) -> Counted:
    """The set of this bit mask, and what is claimed to be its size."""

    def has(element: Expr) -> Expr:
        return z3.Or([element == ELEMENTS[n] for n in range(SIZE) if mask >> n & 1])

    return Counted(ELEMENT, has, z3.BitVecVal(total, 16), ())


def true(formulas: list[Expr]) -> bool:
    solver = z3.Solver()
    solver.add(*formulas)
    return bool(solver.check() == z3.sat)


def test_what_is_said_of_a_count_is_true_and_small_counts_are_exact() -> None:
    for mask, total in product(MASKS, range(SIZE + 1)):
        size = mask.bit_count()
        same = min(size, EXACT) == min(total, EXACT)

        assert true(list(laws(counted(mask, total)))) == same


def test_what_is_said_of_two_counts_is_true() -> None:
    for one, other in product(MASKS, MASKS):
        both = (counted(n, n.bit_count()) for n in (one, other))

        assert true(list(comparisons(next(both), [next(both)])))


def test_a_step_that_moves_one_element_is_followed_exactly() -> None:
    """From a size that is known, whatever it is, the next one follows."""
    for one, other in product(MASKS, MASKS):
        size, claimed = one.bit_count(), other.bit_count()
        if (one ^ other).bit_count() == 1:
            for total in set(range(SIZE + 2)) - {claimed}:
                said = comparisons(counted(other, total), [counted(one, size)])

                assert not true(list(said))


class Client(Sort, first=1):
    """Who may be let in."""


class Room(Int, bits=16):
    """How many there is room for."""


class ClientRow(Row[Client]):
    """Whether the client is inside."""

    is_in = field(Bool, initial=FALSE)


class Pool(State):
    """A room that holds so many, and who is inside."""

    client = Table(Client, ClientRow)
    room = field(Room, initial=2)


class Clients(SetOf[Client], element=Client):
    """A set of clients."""


def inside(s: Pool) -> Room:
    return Room.from_term(count_of(Client, lambda c: s.client[c].is_in))


@event()
def enter(step: Step, old: Pool, new: Pool, c: Client) -> None:
    """One more, while there is room."""
    step.blocks(when=~(inside(old) < old.room))
    new.client[c].is_in = True
    step.returns()


@event()
def leave(step: Step, old: Pool, new: Pool, c: Client) -> None:
    """One fewer."""
    step.blocks(when=~old.client[c].is_in)
    new.client[c].is_in = FALSE
    step.returns()


@event()
def swap(step: Step, old: Pool, new: Pool, c: Client, d: Client) -> None:
    """One for another, full or not."""
    step.blocks(when=~old.client[c].is_in | old.client[d].is_in)
    new.client[c].is_in = FALSE
    new.client[d].is_in = True
    step.returns()


@event()
def empty(step: Step, old: Pool, new: Pool) -> None:
    """Everybody leaves when one is alone."""
    step.blocks(when=inside(old) != 1)
    new.client[Clients.containing()].is_in = FALSE
    step.returns()


CALLS = (enter, leave, swap, empty)


def pool() -> Model:
    return trace_model("pool", Pool, CALLS)


@always()
def nobody_is_too_many(s: Pool) -> Bool:
    return inside(s) <= s.room


@always()
def there_is_room_for_two(s: Pool) -> Bool:
    return s.room == 2


@always()
def no_three_are_inside(s: Pool) -> Bool:
    """Without a count: of any three two are the same, or one is outside."""
    return all_of(
        Client,
        lambda a: all_of(
            Client,
            lambda b: all_of(
                Client,
                lambda c: implies(
                    s.client[a].is_in & s.client[b].is_in & s.client[c].is_in,
                    (a == b) | (b == c) | (a == c),
                ),
            ),
        ),
    )


@always()
def at_most_one_is_inside(s: Pool) -> Bool:
    """False."""
    return inside(s) <= 1


@every_step()
def one_more_at_most(old: Pool, new: Pool, call: CallView, outcome: Outcome) -> Bool:
    del call, outcome
    return inside(new) <= inside(old) + 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((there_is_room_for_two, nobody_is_too_many), True),
        ((there_is_room_for_two, nobody_is_too_many, no_three_are_inside), True),
        ((nobody_is_too_many, there_is_room_for_two, one_more_at_most), True),
        ((there_is_room_for_two, at_most_one_is_inside), False),
    ],
)
def test_a_pool_never_overflows_whatever_its_clients(
    given: tuple[Property, ...], *, expected: bool
) -> None:
    model = pool()
    found = prove(model, [model.trace(p) for p in given], seconds=3)
    verdict = found.proofs[given[-1].name].verdict

    assert (verdict == Proved()) is expected
    assert isinstance(verdict, Proved | Unknown)


@pytest.mark.parametrize("size", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
def test_the_abstraction_contains_every_concrete_step(size: int) -> None:
    """From every state at this scope, with room for none, one, two or three."""
    both = Finite(pool(), Scope({"Client": size}))
    taken = 0
    for state in product(range(4), product(range(2), repeat=size)):
        for action in both.model.actions:
            for call in both.evaluator.invocations(action):
                expected = both.expected(state, call)
                solver = both.solver(state, call)
                for ending in both.theory.endings:
                    after = expected.get(ending.case)
                    if ending.action is action and after is not None:
                        cells = z3.And(both.after(ending, after))
                        taken += 1
                        assert solver.check(ending.when, cells) == z3.sat

    assert taken > 0
