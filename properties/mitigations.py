"""Mitigations: what a process takes on it keeps (Peios)."""

from __future__ import annotations

from properties.words import (
    EXECS,
    PEIOS,
    caller_of,
    every_child_of_the_caller,
    every_process,
    every_survivor,
)
from spec.lang import (
    FALSE,
    Bool,
    CallView,
    Outcome,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.peios.kacs_set_psb import PsbBits, mitigations_in
from spec.peios.state import LSV, NONE, PIE, Kernel
from spec.peios.words import dominates
from spec.process.images import Image, is_position_independent
from spec.process.sorts import Process
from spec.process.words import exists, is_running


@every_step(claims=("I11", "I30"), systems=PEIOS)
def mitigations_are_never_cleared(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What a process has taken on it keeps."""
    return every_survivor(
        old,
        new,
        lambda p: new.psb[p].mitigations.includes(old.psb[p].mitigations),
    )


@every_step(claims=("I34",), systems=PEIOS)
def no_child_process_is_never_cleared(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Once a process may have no children, it never may."""
    return every_survivor(
        old, new, lambda p: implies(old.psb[p].has_no_child, new.psb[p].has_no_child)
    )


@every_step(claims=("I31",), systems=PEIOS)
def ui_access_is_never_cleared(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Once set, ui_access stays set."""
    return every_survivor(
        old, new, lambda p: implies(old.psb[p].has_ui_access, new.psb[p].has_ui_access)
    )


@every_step(claims=("C17", "I12"), systems=PEIOS)
def a_child_starts_with_its_parents_mitigations(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Creation copies the creator's mitigations: neither more nor fewer."""
    return every_child_of_the_caller(
        old, new, call, lambda p, by: new.psb[p].mitigations == old.psb[by].mitigations
    )


@every_step(claims=("C17",), systems=PEIOS)
def a_child_starts_with_its_parents_ui_access(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Creation copies the creator's ui_access."""
    return every_child_of_the_caller(
        old,
        new,
        call,
        lambda p, by: new.psb[p].has_ui_access == old.psb[by].has_ui_access,
    )


@every_step(claims=("I32",), systems=PEIOS)
def no_child_process_creates_no_child(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The creator of a new process was allowed to have children."""
    return every_child_of_the_caller(
        old, new, call, lambda _child, by: ~old.psb[by].has_no_child
    )


@every_step(claims=("I15", "I17", "I28"), systems=PEIOS, calls=("kacs_set_psb",))
def a_request_sets_all_of_its_bits_or_none(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """After success the target has what was asked for; after an error nothing new."""
    asked = mitigations_in(call.argument("request", PsbBits))
    target = call.argument("target", Process)
    return every_process(
        lambda p: (
            implies(
                outcome.succeeded & (p == target),
                new.psb[p].mitigations == (old.psb[p].mitigations | asked),
            )
            & implies(outcome.failed, new.psb[p].mitigations == old.psb[p].mitigations)
        )
    )


@every_step(claims=("C19", "I14", "K01"), systems=PEIOS)
def only_a_dominating_process_changes_anothers_block(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Mitigations and no_child_process come from the process itself or from above."""

    def changed_from_above(process: Process) -> Bool:
        if call.kind != "syscall":
            return FALSE
        caller = caller_of(old, call)
        return (process == caller) | dominates(old, caller, process)

    return every_survivor(
        old,
        new,
        lambda p: (
            (
                (old.psb[p].mitigations == new.psb[p].mitigations)
                & (old.psb[p].has_no_child == new.psb[p].has_no_child)
            )
            | changed_from_above(p)
        ),
    )


@every_step(claims=("E24", "E25"), systems=PEIOS, calls=EXECS)
def exec_touches_no_mitigation(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Mitigations and no_child_process survive an exec, and none is added."""
    return every_process(
        lambda p: (
            (old.psb[p].mitigations == new.psb[p].mitigations)
            & (old.psb[p].has_no_child == new.psb[p].has_no_child)
        )
    )


@every_step(claims=("E28", "I36"), systems=PEIOS, calls=EXECS)
def pie_admits_no_program_at_a_fixed_address(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A process with pie executes position-independent programs only."""
    refused = old.psb[caller_of(old, call)].mitigations.has(PIE) & (
        ~is_position_independent(call.argument("image", Image))
    )
    return implies(outcome.succeeded, ~refused)


@every_step(claims=("E33",), systems=PEIOS, calls=EXECS)
def a_protected_process_verifies_libraries(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The next version's claim: an exec that protects also sets lsv."""
    psb = new.psb[caller_of(old, call)]
    return implies(outcome.succeeded & (psb.pip_type != NONE), psb.mitigations.has(LSV))


@sometimes(claims=("I36",), systems=PEIOS)
def a_process_at_a_fixed_address_has_pie(s: Kernel) -> Bool:
    """Mitigations bind later events only: the program that runs goes on running."""
    return some_of(
        Process,
        lambda p: (
            is_running(s, p)
            & ~is_position_independent(s.process[p].image)
            & s.psb[p].mitigations.has(PIE)
        ),
    )


@sometimes(claims=("I36",), systems=PEIOS)
def a_process_that_may_have_no_children_has_some(s: Kernel) -> Bool:
    """no_child_process says nothing of the children there are."""
    return some_of(
        Process,
        lambda p: (
            s.psb[p].has_no_child
            & some_of(
                Process, lambda q: exists(s, q) & (s.process[q].parent == p) & (q != p)
            )
        ),
    )
