"""The notation: how a page of the specification is written.

Read `ir` (the terms), `terms` and `quantify` (what a page writes), `schema` (the
state), `step` (a call), `declare` (the decorators), `model` (a system put together).
"""

from spec.lang.action import Errno
from spec.lang.declare import (
    Call,
    CallView,
    Outcome,
    Property,
    TwoRuns,
    always,
    event,
    every_step,
    sometimes,
    syscall,
    two_runs,
)
from spec.lang.forest import Forest
from spec.lang.inherit import (
    CLEARED,
    COMPUTED,
    COPIED,
    FRESH,
    KEPT,
    RESET,
    SHARED,
    execed,
    forked,
    spawned,
    threaded,
)
from spec.lang.model import Model, Reading, Scope, System, trace_model
from spec.lang.quantify import all_of, count_of, some_of, the_one, those
from spec.lang.schema import Row, State, Table, field
from spec.lang.step import Step
from spec.lang.terms import (
    FALSE,
    TRUE,
    Bool,
    Count,
    Enum,
    Int,
    SetOf,
    Sort,
    implies,
    ite,
)

__all__ = [
    "CLEARED",
    "COMPUTED",
    "COPIED",
    "FALSE",
    "FRESH",
    "KEPT",
    "RESET",
    "SHARED",
    "TRUE",
    "Bool",
    "Call",
    "CallView",
    "Count",
    "Enum",
    "Errno",
    "Forest",
    "Int",
    "Model",
    "Outcome",
    "Property",
    "Reading",
    "Row",
    "Scope",
    "SetOf",
    "Sort",
    "State",
    "Step",
    "System",
    "Table",
    "TwoRuns",
    "all_of",
    "always",
    "count_of",
    "event",
    "every_step",
    "execed",
    "field",
    "forked",
    "implies",
    "ite",
    "some_of",
    "sometimes",
    "spawned",
    "syscall",
    "the_one",
    "those",
    "threaded",
    "trace_model",
    "two_runs",
]
