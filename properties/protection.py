"""PIP: how far a process is protected, by the file it runs and nothing else (Peios)."""

from __future__ import annotations

from properties.words import (
    PEIOS,
    caller_of,
    every_existing,
    every_newborn,
    every_process,
    every_survivor,
)
from spec.lang import (
    FALSE,
    Bool,
    CallView,
    Outcome,
    always,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.peios.state import NONE, PROTECTED, TRUSTED_BASE, UNTRUSTED, Kernel
from spec.peios.words import dominates, trust_of, type_of
from spec.process.images import Image
from spec.process.sorts import INIT, Process
from spec.process.words import is_running


@every_step(claims=("C16", "E32"), systems=PEIOS)
def a_child_starts_with_its_parents_pip(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Fork copies the PIP pair."""

    def same_as_parent(child: Process) -> Bool:
        mine, its = new.psb[child], old.psb[new.process[child].parent]
        return (mine.pip_type == its.pip_type) & (mine.pip_trust == its.pip_trust)

    return every_newborn(old, new, same_as_parent)


@every_step(claims=("E14", "E15", "E32", "I10"), systems=PEIOS)
def pip_changes_only_at_exec_and_only_by_signature(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Another PIP pair is the tier of the file that the process itself executes."""

    def by_signature(process: Process) -> Bool:
        if call.name != "execve":
            return FALSE
        image = call.argument("image", Image)
        return (
            outcome.succeeded
            & (process == caller_of(old, call))
            & (new.psb[process].pip_type == type_of(image))
            & (new.psb[process].pip_trust == trust_of(image))
        )

    return every_survivor(old, new, lambda p: same_pip(old, new, p) | by_signature(p))


@every_step(claims=("E14", "E16"), systems=PEIOS, calls=("execve",))
def an_exec_gives_the_tier_of_the_signature(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """After every exec the PIP pair is the file's, whatever it was before."""
    image, psb = call.argument("image", Image), new.psb[caller_of(old, call)]
    return implies(
        outcome.succeeded,
        (psb.pip_type == type_of(image)) & (psb.pip_trust == trust_of(image)),
    )


@always(claims=("E14", "E16"), systems=PEIOS)
def a_process_has_the_tier_of_the_program_it_runs(s: Kernel) -> Bool:
    """The PIP pair and the signature of the running file agree."""
    return every_process(
        lambda p: implies(
            is_running(s, p),
            (s.psb[p].pip_type == type_of(s.process[p].image))
            & (s.psb[p].pip_trust == trust_of(s.process[p].image)),
        )
    )


@always(claims=("E18", "E19"), systems=PEIOS)
def only_two_pip_pairs_occur(s: Kernel) -> Bool:
    """In this version a process is unprotected, or protected at full trust."""

    def is_a_tier(process: Process) -> Bool:
        it = s.psb[process]
        nothing = (it.pip_type == NONE) & (it.pip_trust == UNTRUSTED)
        full = (it.pip_type == PROTECTED) & (it.pip_trust == TRUSTED_BASE)
        return nothing | full

    return every_existing(s, is_a_tier)


@sometimes(claims=("I14",), systems=PEIOS)
def a_process_below_is_protected(s: Kernel) -> Bool:
    """A protected process has an unprotected parent, which does not dominate it."""
    return some_of(
        Process,
        lambda p: (
            is_running(s, p) & (p != INIT) & ~dominates(s, s.process[p].parent, p)
        ),
    )


def same_pip(old: Kernel, new: Kernel, process: Process) -> Bool:
    """The PIP pair is the same on both sides."""
    before, after = old.psb[process], new.psb[process]
    return (before.pip_type == after.pip_type) & (before.pip_trust == after.pip_trust)
