"""PIP: how far a process is protected, by the file it runs and nothing else (Peios)."""

from __future__ import annotations

from properties.words import (
    EXECS,
    PEIOS,
    caller_of,
    every_child_of_the_caller,
    every_existing,
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
    """Creation copies the creator's PIP pair; a spawn also runs a program."""

    def same_as_creator(child: Process, creator: Process) -> Bool:
        mine, its = new.psb[child], old.psb[creator]
        if call.name == "posix_spawn":
            return has_tier(new, child, call.argument("image", Image))
        return (mine.pip_type == its.pip_type) & (mine.pip_trust == its.pip_trust)

    return every_child_of_the_caller(old, new, call, same_as_creator)


def has_tier(s: Kernel, process: Process, image: Image) -> Bool:
    """The PIP pair of the process is that of the file's signature."""
    psb = s.psb[process]
    return (psb.pip_type == type_of(image)) & (psb.pip_trust == trust_of(image))


@every_step(claims=("E14", "E15", "E32", "I10"), systems=PEIOS)
def pip_changes_only_at_exec_and_only_by_signature(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Another PIP pair is the tier of the file that the process itself executes."""

    def by_signature(process: Process) -> Bool:
        if call.name not in EXECS:
            return FALSE
        is_caller = process == caller_of(old, call)
        image = call.argument("image", Image)
        return outcome.succeeded & is_caller & has_tier(new, process, image)

    return every_survivor(old, new, lambda p: same_pip(old, new, p) | by_signature(p))


@every_step(claims=("E14", "E16"), systems=PEIOS, calls=EXECS)
def an_exec_gives_the_tier_of_the_signature(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """After every exec the PIP pair is the file's, whatever it was before."""
    image = call.argument("image", Image)
    return implies(outcome.succeeded, has_tier(new, caller_of(old, call), image))


@always(claims=("E14", "E16"), systems=PEIOS)
def a_process_has_the_tier_of_the_program_it_runs(s: Kernel) -> Bool:
    """The PIP pair and the signature of the running file agree."""
    return every_process(
        lambda p: implies(is_running(s, p), has_tier(s, p, s.process[p].image))
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
