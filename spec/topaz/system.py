"""The Topaz system: every call it has, and where its manual says two things.

Source   McJones and Swart, Topaz programmer's manual, Concepts and Facilities
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spec.lang import Call, Model, Reading, System, trace_model
from spec.process.words import is_running
from spec.sources import resolve
from spec.topaz.ending import terminate, wait_for_child
from spec.topaz.identifiers import IDENTIFIER_HOOKS, IDENTIFIERS
from spec.topaz.set_group import set_process_group
from spec.topaz.start_process import start_process
from spec.topaz.state import Kernel, boot

GROUPS: Final = Reading(
    name="groups",
    options=("fixed", "parent_may_set"),
    default="fixed",
    about="Whether a process stays in the group it was created in, or an ancestor "
    "may move it.",
    cites=("topaz 5:2", "topaz 7:4", "topaz 8:1"),
)

CALLS: Final[dict[str, tuple[Call, ...]]] = {
    "fixed": (start_process, terminate, wait_for_child),
    "parent_may_set": (start_process, terminate, wait_for_child, set_process_group),
}


def build(reading: Mapping[str, str]) -> Model:
    """The system under `reading`."""
    return trace_model(
        "topaz",
        Kernel,
        CALLS[reading["groups"]],
        boot=boot,
        able=is_running,
        hooks={"alloc_pid": (IDENTIFIER_HOOKS[reading["identifiers"]],)},
        reading=reading,
        cites=resolve,
    )


TOPAZ: Final = System("topaz", "Topaz", (GROUPS, IDENTIFIERS), build)
