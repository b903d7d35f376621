"""exit_group, and death by a fault: the ways a process ends.

A process that ends becomes a zombie, which keeps its number and its status until its
parent collects it (wait4). Its children, zombies too, pass at once to the nearest
ancestor that is a subreaper, or to init (facts A1, A2, A8).

Source   _exit(2) man-pages 6.9.1; linux@v6.18 kernel/exit.c do_exit
Modelled both endings; adoption; the status word
Not      SIGCHLD and parents that ignore it; the end of single threads; the end of init
"""

from __future__ import annotations

from spec.lang import FALSE, Bool, Step, event, syscall
from spec.process.sorts import INIT, ExitCode, Process
from spec.process.state import ZOMBIE, Kernel
from spec.process.status import SIGSEGV, ExitValue, Status, exited, signaled
from spec.process.words import adopter_of, children_of, is_running


def end(old: Kernel, new: Kernel, dying: Process, status: Status) -> None:
    """The EFFECT of every ending."""
    new.family.move_children(children_of(old, dying), to=adopter_of(old, dying))
    new.process[dying].phase = ZOMBIE
    new.process[dying].status = status
    new.process[dying].is_subreaper = FALSE


@syscall(source="exit_group(2); _exit(2); linux@v6.18 kernel/exit.c do_exit")
def exit_group(
    step: Step, old: Kernel, new: Kernel, caller: Process, code: ExitCode
) -> None:
    """End the caller; its children pass to the nearest adopter."""
    # ERRORS: none
    step.out_of_scope(when=caller == INIT, cite="kernel/exit.c do_exit")

    # EFFECT
    end(old, new, caller, exited(ExitValue.from_term(code)))

    # RESULT
    step.never_returns()


@event(source="signal(7); linux@v6.18 kernel/signal.c force_sig_fault")
def fatal_fault(
    step: Step, old: Kernel, new: Kernel, victim: Process, core: Bool
) -> None:
    """A process does what no process may, and the kernel's signal ends it."""
    # ERRORS: none
    step.blocks(when=~is_running(old, victim), cite="kernel/signal.c force_sig_fault")
    step.out_of_scope(when=victim == INIT, cite="kernel/exit.c do_exit")

    # EFFECT
    end(old, new, victim, signaled(SIGSEGV, core))

    # RESULT
    step.never_returns()
