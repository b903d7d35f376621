"""Which of interchangeable objects is which makes no difference."""

from __future__ import annotations

from checker.audit.renaming import Kind, renamed

KINDS = (Kind(0, (1,)), Kind(2, ()))


def test_objects_are_numbered_in_the_order_of_their_use() -> None:
    state = ((0, 3, 1, 3), ("zero", "one", "two", "three"), (2, 2, 0, 1))

    assert renamed(state, KINDS) == (
        (0, 1, 2, 1),
        ("zero", "three", "one", "two"),
        (1, 1, 0, 2),
    )


def test_two_orders_of_allocation_are_one_state() -> None:
    one = ((0, 1, 2), ("zero", "a", "b"), (0, 1, 2))
    other = ((0, 2, 1), ("zero", "b", "a"), (0, 2, 1))

    assert renamed(one, KINDS) == renamed(other, KINDS) == one
