"""Citations: what resolves, what does not, and what is said then."""

from __future__ import annotations

import pytest

from spec.lang.errors import SpecError
from spec.sources import CLAIMS, DOCUMENTS, FACTS, resolve
from spec.systems import SYSTEMS

FORK = "fork(2); linux@v6.18 kernel/fork.c copy_process"


@pytest.mark.parametrize(
    "cite",
    [
        "fork(2) ERRORS EAGAIN:2",
        "fork(2) DESCRIPTION",
        "wait(2) RETURN VALUE",
        "prctl(2) PR_SET_CHILD_SUBREAPER",
        "linux@v6.18 kernel/exit.c do_exit",
        "posix-2024 fork ERRORS",
        "facts A11",
        "C07",
        "X41",
        "K5.2; D1200/300; T700; K22 5.2; I4.1; SG",
        "unix fork:4",
        "topaz 4:5",
    ],
)
def test_these_stand_alone(cite: str) -> None:
    resolve(cite)


@pytest.mark.parametrize("cite", ["ERRORS EAGAIN:3", "kernel/fork.c copy_process"])
def test_these_lean_on_the_source_of_the_call(cite: str) -> None:
    resolve(cite, FORK)
    with pytest.raises(SpecError):
        resolve(cite)


@pytest.mark.parametrize(
    ("cite", "advice"),
    [
        ("ERRORS EAGAIN:5", "EAGAIN (1 to 4)"),
        ("ERRORS EPERM", "fork(2) has DESCRIPTION"),
        ("forq(2) ERRORS", "did you mean fork(2)?"),
        ("linux@v6.9 kernel/exit.c do_exit", "linux@v6.18"),
        ("kernel/fork.c copy_proces", "functions cited of it are"),
        ("facts A3", "spec/sources.py"),
        ("A25", "spec/sources.py"),
        ("X42", "spec/sources.py"),
        ("topaz 2:2", "did you mean topaz?"),
        ("unix fork:5", "spec/sources.py"),
        ("somewhere", "spec/sources.py"),
    ],
)
def test_these_do_not_resolve(cite: str, advice: str) -> None:
    with pytest.raises(SpecError) as raised:
        resolve(cite, FORK)

    assert f"the citation {cite!r} does not resolve" in str(raised.value)
    assert advice in str(raised.value)


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_field_and_every_reading_cites_what_resolves(name: str) -> None:
    for info in SYSTEMS[name].model().shape.fields():
        resolve(info.cite)
        assert info.cite
    for reading in SYSTEMS[name].readings:
        for cite in reading.cites:
            resolve(cite)


def test_the_documents_have_titles_versions_and_dates() -> None:
    assert all(d.title and d.version and d.date for d in DOCUMENTS.values())


def test_there_are_336_claims_and_86_measurements() -> None:
    assert sum(CLAIMS.values()) == 336
    assert sum(len(group) for group in FACTS.values()) == 86
