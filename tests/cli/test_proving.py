"""`pidproof prove` for any number: lemmas found, obstacles shown, mutants tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from properties.manifest import manifest
from properties.provable import not_proved
from tests.cli.running import pidproof

FAMILY = ("-p", "every_process_has_a_living_parent")


@pytest.mark.slow
def test_lemmas_are_found_where_none_are_given() -> None:
    ran = pidproof("prove", "topaz", *FAMILY, "--without-lemmas", "--timeout", "2")

    assert ran.code == 0, ran.err
    assert "every_process_has_a_living_parent  proved" in ran.out
    assert "p2 is an ancestor of p implies process[p2].phase = RUNNING" in ran.out


@pytest.mark.slow
def test_what_stands_in_the_way_is_shown() -> None:
    given = ("--without-lemmas", "--no-strengthen", "--timeout", "1")
    ran = pidproof("prove", "topaz", *FAMILY, *given)

    assert ran.code == 5
    assert "a step breaks it, from a state that may be unreachable" in ran.out
    assert "a lemma that excludes the state, kept at a small scope" in ran.out
    assert "none is used" in ran.out


@pytest.mark.slow
def test_mutants_of_a_property_are_told_apart() -> None:
    given = ("--mutants", "--most-mutants", "8", "--json")
    ran = pidproof("prove", "topaz", "-p", "no_two_processes_share_a_pid", *given)
    [row] = json.loads(ran.out)["results"]
    fates = row["mutants"]

    assert ran.code == 0, ran.err
    assert row["verdict"] == "proved"
    assert len(fates["broken_by"]) > 0
    assert set(fates.pop("broken_by")) <= set(fates["noticed"])
    assert fates.pop("untried") == 0
    assert set(fates) == {"noticed", "survived", "equivalent", "undecided"}
    assert sum(map(len, fates.values())) == 8


@pytest.mark.slow
def test_mutants_that_are_not_noticed_are_named_by_call() -> None:
    """Every mutant is tried; of each call a few are named."""
    asked = ("prove", "topaz", "-p", "no_two_processes_share_a_pid", "--mutants")
    ran = pidproof(*asked)
    (row,) = json.loads(pidproof(*asked, "--json").out)["results"]
    survived = row["mutants"]["survived"]
    created = [name for name in survived if name.startswith("start_process_")]

    assert ran.code == 0, ran.err
    assert f"      {len(survived)} survived: what is proved holds" in ran.out
    assert f"        start_process ({len(created)}): never_fails_with" in ran.out
    assert "not tried" not in ran.out


@pytest.mark.slow
def test_a_part_of_a_large_system_is_proved_and_confirmed(tmp_path: Path) -> None:
    wanted = ("-p", "no_number_is_reused_while_in_use")
    proved = pidproof("prove", "peios", *wanted, "--certificate", str(tmp_path))
    verified = pidproof("verify", str(tmp_path))

    assert proved.code == 0, proved.err
    assert "ok  no_number_is_reused_while_in_use  proved  by one step" in proved.out
    assert verified.code == 0, verified.err
    assert "confirmed by cvc5" in verified.out


@pytest.mark.slow
def test_all_of_a_large_system_says_what_it_leaves_out() -> None:
    """And succeeds only if each property is proved that it is expected of."""
    ran = pidproof("prove", "unix")
    left_out = {*not_proved("unix"), *manifest().expected("unix", {})}

    assert ran.code == 0, ran.out
    assert "??" not in ran.out
    assert f"of {len(left_out)} more no proof is expected; --all tries them" in ran.out
