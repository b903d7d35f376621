"""A trace on a terminal, with rich: the steps, what changed, the family, the reason.

Every piece is `Text`, never markup: a name from a trace file cannot style anything.
"""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from counterexamples.tree import Twig
from counterexamples.view import View


def render(seen: View) -> RenderableType:
    """The whole trace."""
    parts: list[RenderableType] = [Text(seen.title, style="bold red")]
    if seen.about:
        parts.append(Text(seen.about, style="italic"))
    parts += [_header(seen), Text(), _steps(seen), Text()]
    parts += [_family(seen), Text()] if seen.after else []
    parts.append(Text.assemble(("! ", "bold red"), seen.instance))
    return Group(*parts)


def _header(seen: View) -> Table:
    table = Table.grid(padding=(0, 2))
    for key, value in seen.header:
        table.add_row(Text(key, style="dim"), Text(value))
    return table


def _steps(seen: View) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for number, step in enumerate(seen.steps, start=1):
        asked = Text(step.asked, style="bold")
        table.add_row(Text(str(number), style="dim"), asked, Text(step.answer))
        for cell, old, new in step.changed:
            value = Text.assemble((old, "dim"), " -> ", (new, "yellow"))
            table.add_row("", Padding(Text(cell), (0, 0, 0, 4)), value)
    return table


def _family(seen: View) -> Table:
    table = Table.grid(padding=(0, 6))
    table.add_row(Text("before the last step", style="dim"), Text("after", style="dim"))
    table.add_row(_tree(seen.before), _tree(seen.after))
    return table


def _tree(twigs: tuple[Twig, ...]) -> Tree:
    top = Tree("", hide_root=True)
    path = [top]
    for twig in twigs:
        del path[twig.depth + 1 :]
        style = "bold yellow" if twig.changed else ""
        label = Text.assemble((twig.name, style), " ", (twig.label, "dim"))
        path.append(path[twig.depth].add(label))
    return top
