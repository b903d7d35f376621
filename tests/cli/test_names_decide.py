"""`pidproof prove --scope` also says whether names decide."""

from __future__ import annotations

from checker.bounded.interference import NonInterference
from checker.cli.names_decide import Told, decided_by_names
from checker.cli.naming import task
from properties.identity import TWO_RUNS


def test_each_system_is_asked_about_its_own_names() -> None:
    """Unix has numbers, and no GUID."""
    one = task("unix", ["every_process_has_a_living_parent"], sizes={})
    assert {told.said.name for told in decided_by_names(one, 0.01)} == {
        "no_number_decides_an_access"
    }


def test_what_is_open_is_not_called_proved() -> None:
    told = Told("unix", TWO_RUNS[0], NonInterference({}, {"kill": "out of time"}, 1.0))
    assert (told.exit_code, told.verdict()) == (5, "unknown")
    assert "open: kill" in told.line()
    assert told.row()["undecided"] == {"kill": "out of time"}


def test_what_holds_is_proved_at_scope() -> None:
    told = Told("unix", TWO_RUNS[0], NonInterference({"kill": None}, {}, 1.0))
    assert (told.exit_code, told.verdict()) == (0, "proved at scope")
