"""A second opinion: run SMT-LIB files through cvc5, in a process of its own.

Reads file names from standard input, one a line, and answers with a line for each: the
name, a tab, and what cvc5 says ("unsat", "sat", "unknown", or "error" and why). Knows
nothing but the files.
"""

from __future__ import annotations

import sys

import cvc5


def answer(path: str, milliseconds: int) -> str:
    """What cvc5 says of the one query in the file."""
    solver = cvc5.Solver()
    solver.setOption("tlimit-per", str(milliseconds))
    solver.setOption("full-saturate-quant", "true")
    parser = cvc5.InputParser(solver)
    parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, path)
    symbols = parser.getSymbolManager()
    said: list[str] = []
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols).split()
    return " ".join(said)


def main() -> None:
    """Answer for each line of standard input; the argument is the limit for one."""
    milliseconds = int(sys.argv[1])
    for line in sys.stdin:
        path = line.rstrip("\n")
        try:
            said = answer(path, milliseconds)
        except (RuntimeError, OSError) as error:
            said = "error " + " ".join(str(error).split())
        sys.stdout.write(f"{path}\t{said}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
