"""The decorators of a page: @syscall, @event, @always, @every_step, @sometimes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from spec.lang.action import Errno, Param
from spec.lang.errors import LawBroken
from spec.lang.terms import FALSE, TRUE, Bool, Sort, Term
from spec.lang.types import Type

Page = Callable[..., None]
Sentence = Callable[..., Bool]
T = TypeVar("T", bound=Term)


@dataclass(frozen=True, slots=True)
class Call:
    """A system call or event as its page declares it; not traced yet."""

    name: str
    kind: str
    source: str
    page: Page

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Speak the page inside another: a variant that adds to a shared page."""
        self.page(*args, **kwargs)


def syscall(*, source: str) -> Callable[[Page], Call]:
    """A call that a process makes; `caller` is its first parameter."""
    return lambda page: Call(page.__name__, "syscall", source, page)


def event(*, source: str = "") -> Callable[[Page], Call]:
    """Something that happens without a caller."""
    return lambda page: Call(page.__name__, "event", source, page)


@dataclass(frozen=True, slots=True)
class Property:
    """A sentence that should be true, and what it is about."""

    name: str
    kind: str
    """"always", "every_step" or "sometimes"."""
    sentence: Sentence
    doc: str
    claims: tuple[str, ...] = ()
    source: str = ""
    systems: tuple[str, ...] = ()
    """The systems it is about; none means every system."""
    calls: tuple[str, ...] = ()
    """For every_step: the calls it is about; none means every call."""
    lemma: bool = False
    """It is stated for the sake of a proof: no document claims it."""


def _declare(kind: str, **given: Any) -> Callable[[Sentence], Property]:
    def declared(sentence: Sentence) -> Property:
        doc = (sentence.__doc__ or "").strip()
        return Property(sentence.__name__, kind, sentence, doc, **given)

    return declared


def always(
    *,
    claims: tuple[str, ...] = (),
    source: str = "",
    systems: tuple[str, ...] = (),
    lemma: bool = False,
) -> Callable[[Sentence], Property]:
    """An invariant: `sentence(s)` holds in every reachable state."""
    return _declare(
        "always", claims=claims, source=source, systems=systems, lemma=lemma
    )


def sometimes(
    *,
    claims: tuple[str, ...] = (),
    source: str = "",
    systems: tuple[str, ...] = (),
) -> Callable[[Sentence], Property]:
    """An example must exist: `sentence(s)` holds in some reachable state."""
    return _declare("sometimes", claims=claims, source=source, systems=systems)


def every_step(
    *,
    claims: tuple[str, ...] = (),
    source: str = "",
    systems: tuple[str, ...] = (),
    calls: tuple[str, ...] = (),
) -> Callable[[Sentence], Property]:
    """`sentence(old, new, call, outcome)` holds of every step that can be taken."""
    return _declare(
        "every_step", claims=claims, source=source, systems=systems, calls=calls
    )


@dataclass(frozen=True, slots=True)
class TwoRuns:
    """A sentence about two runs: that some names never decide who is refused."""

    name: str
    doc: str
    renamed: tuple[type[Sort], ...]
    """The sorts whose elements are names; none of them indexes a table."""
    errors: tuple[Errno, ...]
    """The answers that are decisions."""
    claims: tuple[str, ...] = ()
    source: str = ""
    systems: tuple[str, ...] = ()


def two_runs(
    *,
    renamed: tuple[type[Sort], ...],
    errors: tuple[Errno, ...],
    claims: tuple[str, ...] = (),
    source: str = "",
    systems: tuple[str, ...] = (),
) -> Callable[[Callable[[], None]], TwoRuns]:
    """Rename everything of these sorts, and the same calls get one of the `errors`."""

    def declared(sentence: Callable[[], None]) -> TwoRuns:
        doc = (sentence.__doc__ or "").strip()
        return TwoRuns(sentence.__name__, doc, renamed, errors, claims, source, systems)

    return declared


@dataclass(frozen=True, slots=True)
class CallView:
    """Which call a step property looks at; known while the property is traced."""

    name: str
    kind: str
    params: dict[str, Param]

    def named(self, *names: str) -> Bool:
        """It is one of these calls."""
        return TRUE if self.name in names else FALSE

    def type_of(self, name: str) -> Type | None:
        """The type of a parameter; None if the call has none of this name."""
        param = self.params.get(name)
        return None if param is None else param.type

    def argument(self, name: str, kind: type[T]) -> T:
        """An argument or choice of the call, by its name on the page."""
        if name not in self.params:
            known = ", ".join(self.params) or "none"
            message = f"{self.name} has no parameter {name}; it has {known}"
            raise LawBroken(message)
        return kind(self.params[name].node())


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the step ended; known while the property is traced."""

    error: Errno | None
    value: Any = None

    @property
    def succeeded(self) -> Bool:
        """The call did what it does."""
        return TRUE if self.error is None else FALSE

    @property
    def failed(self) -> Bool:
        """The call answered with an error."""
        return ~self.succeeded

    def failed_with(self, *errors: Errno) -> Bool:
        """The call answered with one of these errors."""
        return TRUE if self.error in errors else FALSE
