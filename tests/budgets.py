"""How long pages, calls, modules and functions should be at most: `python -m` lists.

Guides, not limits: a page that needs a line more gets it, and shows up here.
"""

from __future__ import annotations

from typing import Final

from tests.sources import PACKAGES, Size, functions_of, python_files, text_of

PAGE, CALL, MODULE, FUNCTION = 150, 40, 400, 50
PAGES: Final = ("spec", "properties")


def over_budget() -> list[Size]:
    """What is longer than its budget, the longest first."""
    over: list[Size] = []
    for path in python_files(*PACKAGES):
        page = path.parts[0] in PAGES and not path.is_relative_to("spec/lang")
        module = Size(str(path), len(text_of(path).splitlines()))
        sizes = [(module, PAGE if page else MODULE)]
        most = CALL if page else FUNCTION
        sizes += [(size, most) for size in functions_of(path)]
        over += [size for size, budget in sizes if size.lines > budget]
    return sorted(over, key=lambda size: -size.lines)


if __name__ == "__main__":
    for size in over_budget():
        print(f"{size.lines:5} lines  {size.where}")
