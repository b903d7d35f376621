"""The model that logs are held against, traced once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from checker.audit.log import join
from checker.cli.auditing.running import Audit, audit
from spec.lang.model import Model
from spec.systems import SYSTEMS

Auditing = Callable[[Iterable[str]], Audit]


@pytest.fixture(scope="session")
def unix() -> Model:
    """The Unix model."""
    return SYSTEMS["unix"].model()


@pytest.fixture
def audited(unix: Model) -> Auditing:
    """Holds the lines of a log against the Unix model."""
    return lambda lines: audit(unix, join(lines))
