"""Names that decide are found, and names that do not are shown not to."""

from __future__ import annotations

import pytest

from checker.bounded.interference import check_interference
from spec.lang import (
    Bool,
    Call,
    Errno,
    Model,
    Row,
    Scope,
    SetOf,
    Sort,
    State,
    Step,
    Table,
    field,
    some_of,
    syscall,
    trace_model,
)
from spec.lang.errors import SpecError

EPERM = Errno(1, "EPERM")
ESRCH = Errno(3, "ESRCH")


class Door(Sort):
    """Something with a name and an owner."""


class Name(Sort):
    """What a door is called."""


class Owner(Sort):
    """Who may open it."""


class Names(SetOf[Name], element=Name):
    """Some names."""


class DoorRow(Row[Door]):
    name = field(Name, initial=Name.element(0))
    owner = field(Owner, initial=Owner.element(0))


class House(State):
    door = Table(Door, DoorRow)
    shut = field(Names, initial=Names.containing())


def is_owner(old: House, caller: Owner, name: Name) -> Bool:
    return some_of(
        Door,
        lambda d: (old.door[d].name == name) & (old.door[d].owner == caller),
    )


@syscall(source="")
def open_fairly(step: Step, old: House, new: House, caller: Owner, name: Name) -> None:
    """Only the owner of a door of this name, and only while it is not shut."""
    step.fails(ESRCH, when=~some_of(Door, lambda d: old.door[d].name == name), cite="")
    step.fails(EPERM, when=~is_owner(old, caller, name), cite="")
    step.fails(EPERM, when=old.shut.has(name), cite="")
    step.returns()


@syscall(source="")
def open_by_name(step: Step, old: House, new: House, caller: Owner, name: Name) -> None:
    """The door of the first name opens for everybody."""
    step.fails(
        EPERM,
        when=~is_owner(old, caller, name) & (name != Name.element(0)),
        cite="",
    )
    step.returns()


SCOPE = Scope({"Door": 2, "Name": 3, "Owner": 2})


def house(*calls: Call) -> Model:
    return trace_model("house", House, calls)


def test_a_call_that_looks_names_up_is_not_influenced_by_them() -> None:
    found = check_interference(house(open_fairly), SCOPE, ["Name"], [EPERM])
    assert found.holds
    assert found.found == {"open_fairly": None}


def test_a_call_that_asks_for_a_name_is_caught_with_two_states() -> None:
    found = check_interference(
        house(open_fairly, open_by_name), SCOPE, ["Name"], [EPERM]
    )
    assert not found.holds
    assert found.found["open_fairly"] is None
    shown = found.found["open_by_name"]
    assert shown is not None
    assert shown.call.args[0] == shown.renamed_call.args[0]
    assert shown.renaming["Name"][shown.call.args[1]] == shown.renamed_call.args[1]
    assert (shown.call.args[1] == 0) != (shown.renamed_call.args[1] == 0)


def test_who_the_owner_is_may_decide_since_owners_are_not_renamed_doors() -> None:
    """Renaming both sides alike leaves the comparison with the caller as it was."""
    assert check_interference(house(open_fairly), SCOPE, ["Owner"], [EPERM]).holds


def test_what_indexes_a_table_is_no_name() -> None:
    with pytest.raises(SpecError, match="Door indexes a table"):
        check_interference(house(open_fairly), SCOPE, ["Door"], [EPERM])


def test_without_time_nothing_is_decided() -> None:
    found = check_interference(house(open_fairly), SCOPE, ["Name"], [EPERM], seconds=0)
    assert not found.holds
    assert found.undecided == {"open_fairly": "out of time"}
