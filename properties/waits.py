"""The words of waits: which calls wait, and what each was asked."""

from __future__ import annotations

from typing import Final

from spec.lang import FALSE, TRUE, Bool, CallView
from spec.process import wait4, waitid

PLAIN_WAITS: Final = ("wait4", "wait4_nothread", "wait4_into_nowhere", "waitid")
"""They hear of ends alone, and of children that end with SIGCHLD."""
WAITS: Final = (*PLAIN_WAITS, "wait4_with", "waitid_with", "waitid_pidfd")


def is_kept(call: CallView) -> Bool:
    """The wait was asked to leave the news as it is."""
    if call.type_of("keeps") is not None:
        return call.argument("keeps", Bool)
    if call.name == "waitid_with":
        return waitid.are_kept(call.argument("news", waitid.News))
    return FALSE


def asks_for_ends(call: CallView) -> Bool:
    """The wait was asked to hear of ends."""
    if call.name != "waitid_with":
        return TRUE
    news = call.argument("news", waitid.News)
    return (news == waitid.EVERYTHING) | (news == waitid.EVERYTHING_KEPT)


def asks_for_stops(call: CallView) -> Bool:
    """The wait was asked to hear of stops."""
    if call.name == "wait4_with":
        option = call.argument("option", wait4.Option)
        return (option == wait4.WUNTRACED) | (option == wait4.WUNTRACED_WCONTINUED)
    if call.name == "waitid_with":
        news = call.argument("news", waitid.News)
        only = (news == waitid.STOPS) | (news == waitid.STOPS_KEPT)
        return only | asks_for_ends(call)
    return FALSE


def asks_for_continues(call: CallView) -> Bool:
    """The wait was asked to hear of those that go on."""
    if call.name == "wait4_with":
        option = call.argument("option", wait4.Option)
        return (option == wait4.WCONTINUED) | (option == wait4.WUNTRACED_WCONTINUED)
    if call.name == "waitid_with":
        news = call.argument("news", waitid.News)
        return (news == waitid.CONTINUES) | asks_for_ends(call)
    return FALSE
