"""Does what was proved at a scope say anything? Its premise must hold in some run.

First the runs that are kept and random ones, for all properties of a task at once; then
an argument about the premise alone: long runs step by step, and the method that proved
the property. That no run meets the premise counts only where that is proved.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property

from checker.bounded.at_scope import AtScope, Method, prove_at_scope
from checker.evaluate import Evaluator
from checker.looking import some_runs
from checker.probes import Probe, premise_probes
from checker.task import Task
from checker.verdict import ProvedAtScope, Unknown, Vacuous, Verdict, Violated
from spec.lang.model import Traced


@dataclass
class Premises:
    """Argues about the properties of a task, and about their premises.

    `seconds` is the limit for one property, with its premise, and for the look at runs
    that is had once; None: there is none.
    """

    task: Task
    method: Method
    seconds: float | None

    def argued(self, prop: Traced) -> AtScope:
        """As `prove_at_scope`; proved only if the premise is met in some run."""
        started = time.monotonic()
        model, scope = self.task.model, self.task.scope
        found = prove_at_scope(
            model, scope, prop, method=self.method, seconds=self.seconds
        )
        probe = self._probes.get(prop.name)
        if not isinstance(found.verdict, ProvedAtScope) or probe is None:
            return found
        if probe.prop.name in self._met:
            return found
        spent = time.monotonic() - started
        left = None if self.seconds is None else max(0.0, self.seconds - spent)
        verdict = self._unless_vacuous(probe, left)
        took = time.monotonic() - started
        return replace(found, verdict=verdict, seconds=took)

    @cached_property
    def _probes(self) -> dict[str, Probe]:
        """By property, for those that have a premise."""
        probes = premise_probes(self.task.properties)
        return {probe.about: probe for probe in probes}

    @cached_property
    def _met(self) -> frozenset[str]:
        """The premises that a kept or a random run meets, by the names of probes."""
        task = self.task
        props = [probe.prop for probe in self._probes.values()]
        evaluator = Evaluator(task.model, task.scope, props)
        until = None if self.seconds is None else time.monotonic() + self.seconds
        names = [prop.name for prop in props]
        return frozenset(some_runs(task, evaluator, names, until))

    def _unless_vacuous(self, probe: Probe, left: float | None) -> Verdict:
        """What is known after an argument about the premise alone."""
        methods = tuple(dict.fromkeys((Method.K_INDUCTION, self.method)))
        share = None if left is None else left / len(methods)
        for method in methods:
            verdict = prove_at_scope(
                self.task.model,
                self.task.scope,
                probe.prop,
                method=method,
                seconds=share,
            ).verdict
            if isinstance(verdict, Violated):
                return ProvedAtScope()
            if isinstance(verdict, ProvedAtScope):
                return Vacuous(f"this never happens: {probe.says}")
        return Unknown(f"it holds, but does this ever happen? {probe.says}")
