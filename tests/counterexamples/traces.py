"""Traces of the toys, for the tests of the file format: properties that fail."""

from __future__ import annotations

from checker.evaluate import Evaluator
from checker.explore import explore
from checker.probes import example_probes
from checker.scope import scope_for, written
from checker.trace import Header, Trace, confirm, digest
from checker.verdict import Run
from spec.lang import (
    Bool,
    CallView,
    Errno,
    Model,
    Outcome,
    Property,
    Step,
    all_of,
    always,
    count_of,
    every_step,
    implies,
    sometimes,
    syscall,
    trace_model,
)
from spec.lang.model import Traced, lookup
from tests.toys import (
    INIT,
    RUNNING,
    ZOMBIE,
    Pid,
    Processes,
    boot_p,
    die_hard,
    model_p,
    the_big_jug_never_holds_four,
)

EAGAIN = Errno(11, "EAGAIN")


@always()
def no_zombie_has_a_grandparent(s: Processes) -> Bool:
    """Refuted: a grandchild of init can end."""
    return all_of(
        Pid,
        lambda q: implies(
            s.pid[q].status == ZOMBIE, s.pid[s.pid[q].parent].parent == INIT
        ),
    )


@every_step()
def nobody_gets_another_parent(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """Refuted: an orphan does."""
    return all_of(
        Pid,
        lambda q: implies(
            old.pid[q].status == RUNNING, new.pid[q].parent == old.pid[q].parent
        ),
    )


@sometimes()
def there_are_two_zombies(s: Processes) -> Bool:
    """Reached in four steps."""
    return count_of(Pid, lambda q: s.pid[q].status == ZOMBIE) == 2


@syscall(source="")
def signal(
    step: Step, old: Processes, new: Processes, caller: Pid, target: Pid
) -> None:
    """A call with an error, a result, and no effect on a process that has ended."""
    step.fails(EAGAIN, when=old.pid[target].status == ZOMBIE, cite="")
    step.blocks(when=old.pid[target].status != RUNNING)
    new.pid[target].status = ZOMBIE
    step.returns(1)


@every_step()
def no_signal_is_refused(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """Refuted by a call that changes nothing."""
    return implies(call.named("signal"), outcome.succeeded)


def boot_two(new: Processes) -> None:
    """Init and another one run."""
    boot_p(new)
    new.pid[Pid.element(1)].status = RUNNING


def model_s() -> Model:
    """Processes that end each other."""
    return trace_model(
        "model-s",
        Processes,
        (signal,),
        boot=boot_two,
        able=lambda old, caller: old.pid[caller].status == RUNNING,
    )


CASES: dict[str, tuple[Model, Property, dict[str, int]]] = {
    prop.name: (model, prop, sizes)
    for model, prop, sizes in (
        (model_p(), no_zombie_has_a_grandparent, {"pid": 4, "code": 2}),
        (model_p("any"), nobody_gets_another_parent, {"pid": 3, "code": 2}),
        (model_p(), there_are_two_zombies, {"pid": 3, "code": 2}),
        (model_s(), no_signal_is_refused, {"pid": 2, "code": 1}),
        (die_hard(), the_big_jug_never_holds_four, {}),
    )
}


def library(header: Header) -> tuple[Model, Traced]:
    """What a header of these traces names."""
    model, prop, _ = lookup(CASES, header.prop, "property")
    return model, model.trace(prop)


def found(name: str) -> tuple[Evaluator, Trace]:
    """The shortest run for one of the cases."""
    model, prop, sizes = CASES[name]
    traced = model.trace(prop)
    scope = scope_for(model, sizes, [traced])
    evaluator = Evaluator(model, scope, [traced])
    run = _run(evaluator, traced)
    header = Header(
        prop=name,
        system=model.name,
        reading=tuple(model.reading.items()),
        mutant=None,
        scope=written(scope),
        engine="reference",
        spec=digest(model),
    )
    return evaluator, Trace(header, run)


def _run(evaluator: Evaluator, prop: Traced) -> Run:
    if prop.kind != "sometimes":
        violation = explore(evaluator).violations[0]
        return confirm(evaluator, prop.name, violation.trace)
    (probe,) = example_probes([prop])
    search = Evaluator(evaluator.model, evaluator.scope, [probe.prop])
    return confirm(evaluator, prop.name, explore(search).violations[0].trace)
