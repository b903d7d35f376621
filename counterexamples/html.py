"""Traces, and the table of verdicts, as one page that needs nothing else.

Jinja2 escapes every piece of text; the page has no script and loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from counterexamples.view import View


def page(
    title: str, traces: Iterable[View], results: Iterable[Mapping[str, object]] = ()
) -> str:
    """The page: the verdicts, if any, then each trace."""
    source = files("counterexamples").joinpath("report.html").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = environment.from_string(source)
    return template.render(title=title, traces=list(traces), results=list(results))
