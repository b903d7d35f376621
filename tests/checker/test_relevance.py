"""What bears on an obligation: near invariants, and what defines its symbols."""

from __future__ import annotations

from functools import cache

from checker.proof.first_order import Language
from checker.proof.obligations import Duty, Theory
from checker.proof.relevance import Relevance
from spec.lang import Bool, all_of, always, implies
from spec.lang.types import EnumType
from tests import toys
from tests.checker.test_prove import LEMMAS


@always()
def a_code_is_of_a_zombie(s: toys.Processes) -> Bool:
    """About neither parents nor who adopts."""
    zero = toys.Code.element(0)
    return all_of(
        toys.Pid,
        lambda p: implies(s.pid[p].code != zero, s.pid[p].status == toys.ZOMBIE),
    )


PROPERTIES = {
    p.name: p for p in (*toys.MODEL_P_INVARIANTS, *LEMMAS, a_code_is_of_a_zombie)
}


@cache
def theory() -> Theory:
    model = toys.model_p("any")
    return Theory(model, [model.trace(p) for p in PROPERTIES.values()])


def duty(prop: str, at: str) -> Duty:
    duties = theory().of_invariant(theory().model.trace(PROPERTIES[prop]))
    return next(one for one in duties if one.at == at)


def defined(one: Duty) -> set[str]:
    """The symbols of which something is said that only a definition can say."""
    relevance = Relevance(theory())
    known = relevance.known(one, ())
    found = {name for formula in known for name in relevance.symbols(formula)}
    return found & theory().language.defined


def test_a_definition_is_left_out_where_its_symbol_does_not_occur() -> None:
    heir = defined(duty("every_parent_runs", "end_succeeds"))

    assert len(heir) == 1
    assert defined(duty("a_code_is_of_a_zombie", "end_succeeds")) == set()


def test_choices_grow_from_ones_own_to_all_that_share_a_field() -> None:
    relevance = Relevance(theory())
    standing = dict.fromkeys(theory().hypotheses)
    one = duty("every_ancestor_runs", "end_succeeds")
    own, inner, close, shared = relevance.near(one, standing)

    assert own == ["pid.parent", "every_ancestor_runs"]
    assert set(own) <= set(inner) <= set(close) <= set(shared) <= set(standing)
    assert "a_code_is_of_a_zombie" not in inner
    assert "a_code_is_of_a_zombie" in shared


def test_what_does_not_stand_is_not_near() -> None:
    relevance = Relevance(theory())
    one = duty("every_ancestor_runs", "end_succeeds")

    assert relevance.near(one, {}) == [[], [], [], []]


def test_enumerations_of_one_name_keep_their_members() -> None:
    language = Language()
    few, more = EnumType("Way", ("A", "B")), EnumType("Way", ("A", "B", "C"))
    language.sort(few)

    assert len(language.members(few)) == len(few.members)
    assert len(language.members(more)) == len(more.members)
