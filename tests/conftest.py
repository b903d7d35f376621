"""Hypothesis draws the same every time; `--hypothesis-profile=nightly` draws anew."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.budgets import over_budget

settings.register_profile("fixed", deadline=None, derandomize=True, database=None)
settings.register_profile("nightly", deadline=None, max_examples=2000)
settings.load_profile("fixed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line on the budgets of length; `python -m tests.budgets` lists them."""
    over = over_budget()
    if over:
        longest = f"the longest is {over[0].where}, {over[0].lines} lines"
        terminalreporter.write_line(f"over budget: {len(over)}; {longest}")
