"""Our own source text, as the repository tests read it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ("spec", "properties", "checker", "counterexamples")


@cache
def committed() -> tuple[Path, ...]:
    """The files under version control; without it, every file there is."""
    asked = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = [name for name in asked.stdout.split("\0") if name]
    if asked.returncode:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*.*")]
    return tuple(Path(name) for name in sorted(names) if (ROOT / name).is_file())


def python_files(*packages: str) -> Iterator[Path]:
    """The Python files of some top-level folders."""
    for path in committed():
        if path.suffix == ".py" and path.parts[0] in packages:
            yield path


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


def imports_of(path: Path, *, for_types: bool = True) -> Iterator[str]:
    """The modules that a file imports, wherever in it; or only those it runs with."""
    unseen = set() if for_types else set(_only_for_types(path))
    for node in set(ast.walk(tree_of(path))) - unseen:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{path}: relative import"
            yield node.module


def _only_for_types(path: Path) -> Iterator[ast.AST]:
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield from ast.walk(node)


def names_used(path: Path) -> Iterator[str]:
    """Every name that a file reads, as a name, an attribute, a keyword or a word."""
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                yield name
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(text)) if text.isidentifier():
                yield text


def names_made(path: Path) -> Iterator[str]:
    """What a file defines at its top and in its classes, unless a decorator uses it."""
    body = tree_of(path).body
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    inside = [n for c in classes if not _is_enumeration(c) for n in c.body]
    for node in (*body, *inside):
        match node:
            case (
                ast.FunctionDef(name=name, decorator_list=[]) | ast.ClassDef(name=name)
            ):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name


def _is_enumeration(made: ast.ClassDef) -> bool:
    return any(isinstance(b, ast.Name) and "Enum" in b.id for b in made.bases)


@dataclass(frozen=True, slots=True)
class Size:
    """How long something is, and where."""

    where: str
    lines: int


def functions_of(path: Path) -> Iterator[Size]:
    """Each function of a file with its length."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Size(f"{path}:{node.lineno} {node.name}", lines)
