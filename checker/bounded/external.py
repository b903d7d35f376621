"""Property-directed reachability at a scope, by ABC where it is installed.

ABC gets the circuit of the model as AIGER, with one bad signal for the property.

Source   Een, Mishchenko, Brayton: Efficient implementation of property directed
         reachability (FMCAD 2011); Debian's package berkeley-abc; the package pyosys
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from checker.bounded.k_induction import Argued, Question
from checker.bounded.spacer import violated
from checker.export.aiger import Aiger
from checker.export.circuit import build
from checker.verdict import ProvedAtScope, Unknown

PROGRAMS: Final = ("berkeley-abc", "abc", "yosys-abc")
HOW: Final = "PDR (ABC)"
GRACE: Final = 5.0
"""Seconds after its time limit for which ABC may go on."""


class NotInstalled(Exception):
    """No program of this kind is installed."""


def abc_program() -> str:
    """Where ABC is, on the PATH or else in the package pyosys; raises NotInstalled."""
    places = (*PROGRAMS, *_packaged())
    found = next((path for path in map(shutil.which, places) if path), None)
    if found is None:
        names = ", ".join(PROGRAMS)
        raise NotInstalled(
            f"ABC is not installed (none of {names} is found): "
            "pip install 'pidproof[abc]', or install Debian's package berkeley-abc, "
            "or choose the method pdr, which needs nothing"
        )
    return found


def _packaged() -> list[str]:
    """Where the package pyosys, if it is installed, has its ABC; it is not imported."""
    package = find_spec("pyosys")
    folders = package.submodule_search_locations if package else None
    return [str(Path(folder) / "yosys-abc") for folder in folders or ()]


def abc(question: Question) -> Argued:
    """The verdict of ABC; of a violation, a shortest run is found and replayed.

    Raises NotInstalled.
    """
    program = abc_program()
    circuit = Aiger()
    build(question.ground, circuit)
    wrong = [literal for name, literal in circuit.bads if name == question.name]
    circuit.bads = [(question.name, literal) for literal in wrong]
    if not wrong:
        return Argued(ProvedAtScope(), "nothing can break it")
    said = _run(program, circuit.binary(), question.deadline)
    if said is None:
        return Argued(Unknown("ABC gave up: out of time"), HOW)
    if "Property proved" in said:
        return Argued(ProvedAtScope(), HOW)
    if re.search(r"was asserted in frame|SATISFIABLE", said):
        return violated(question, HOW)
    last = said.strip().rpartition("\n")[2]
    return Argued(Unknown(f"ABC gave up: {last}"), HOW)


def _run(program: str, circuit: bytes, deadline: float | None) -> str | None:
    """What ABC says of the circuit; None when it took too long."""
    left = None if deadline is None else max(deadline - time.monotonic(), 1.0)
    limit = "" if left is None else f" -T {int(left) + 1}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.aig"
        path.write_bytes(circuit)
        try:
            ran = subprocess.run(  # noqa: S603  (a program found by its own name)
                [program, "-c", f"read_aiger {path.name}; pdr{limit}"],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=None if left is None else left + GRACE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    return ran.stdout
