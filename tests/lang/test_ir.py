"""The IR: hash-consing, typing, and well-formedness within a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spec.lang import FALSE, TRUE, Scope, simplify
from spec.lang.action import Every, Param, Pick, Write
from spec.lang.errors import SpecError
from spec.lang.ir import OPERATORS, Binding, Fresh, Node, Place, make
from spec.lang.printing import print_terms
from spec.lang.types import BOOL, COUNT_TYPE, EnumType, IntType, SetType, SortType
from spec.lang.walk import substitute
from spec.lang.wellformed import Surroundings, check_model, check_term
from tests.lang.pages import Colour, Small, Thing, World, a_step, model_of

THING = SortType("Thing", 1)
COLOUR = Colour.type
BIT, X = make("PARAM", attr="bit", of=BOOL), make("PARAM", attr="x", of=THING)
N = make("PARAM", attr="n", of=IntType(4))
C = make("PARAM", attr="c", of=COLOUR)
ALL = make("PARAM", attr="all", of=SetType(THING))
MODEL = model_of(a_step)
FIELDS = {info.name: info for info in MODEL.shape.fields()}


def test_what_says_the_same_is_the_same_node() -> None:
    assert make("NOT", BIT) is make("NOT", BIT)
    assert make("READ", X, attr=Place("f"), of=BOOL) is make(
        "READ", X, attr=Place("f"), of=BOOL
    )
    assert make("CONST", attr=1, of=THING) is not make("CONST", attr=1, of=IntType(4))


@pytest.mark.parametrize(
    ("op", "args", "attr", "of"),
    [
        ("NONSENSE", (), None, None),
        ("CONST", (BIT,), 1, BOOL),
        ("READ", (N,), Place("f"), BOOL),
        ("READ", (X, X), Place("f"), BOOL),
        ("NOT", (X,), None, None),
        ("AND", (), None, None),
        ("OR", (BIT, N), None, None),
        ("EQ", (BIT, N), None, None),
        ("EQ", (BIT,), None, None),
        ("ITE", (X, X, X), None, None),
        ("ITE", (BIT, X), None, None),
        ("ADD", (X, X), None, None),
        ("ADD", (N, X), None, None),
        ("LT", (BIT, BIT), None, None),
        ("LE", (X, N), None, None),
        ("INT", (BIT,), None, IntType(4)),
        ("INT", (X,), None, BOOL),
        ("MEMBER", (N, ALL), None, None),
        ("MEMBER", (X, X), None, None),
        ("UNION", (X, X), None, None),
        ("UNION", (X,), None, None),
        ("SINGLETON", (N,), None, None),
        ("CARD", (N,), None, None),
        ("FORALL", (BIT,), None, None),
        ("FORALL", (X,), Binding(1, THING), None),
        ("EXISTS", (BIT,), Binding(1, IntType(4)), None),
        ("COUNT", (BIT, BIT), Binding(1, THING), None),
        ("SETOF", (X,), Binding(1, THING), None),
        ("FIRST", (BIT,), Binding(1, THING, Place("f")), None),
        ("NEAREST", (X, BIT), Binding(1, THING), None),
        ("NEAREST", (X, X), Binding(1, THING, Place("f")), None),
        ("NEAREST", (BIT,), Binding(1, THING, Place("f")), None),
        ("ANCESTOR", (X, N), Place("f"), None),
        ("ANCESTOR", (X, X), None, None),
    ],
)
def test_what_does_not_fit_is_refused(
    op: str, args: tuple[Node, ...], attr: Any, of: Any
) -> None:
    with pytest.raises(SpecError, match=f"{op} cannot be applied to "):
        make(op, *args, attr=attr, of=of)


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        (make("CARD", ALL), COUNT_TYPE),
        (make("SINGLETON", X), SetType(THING)),
        (make("SETOF", BIT, attr=Binding(1, THING)), SetType(THING)),
        (make("FIRST", BIT, attr=Binding(1, THING)), THING),
        (make("LT", X, X), BOOL),
        (make("INT", C, of=IntType(4)), IntType(4)),
    ],
)
def test_arguments_decide_the_type(node: Node, kind: Any) -> None:
    assert node.type == kind


def test_every_operator_says_what_it_means() -> None:
    assert all(operator.meaning for operator in OPERATORS.values())


class TestSubstitution:
    def test_a_binder_is_renumbered_when_its_body_grows(self) -> None:
        var = make("VAR", attr=1, of=THING)
        body = make("AND", make("EQ", var, X), BIT)
        one = make("EXISTS", body, attr=Binding(1, THING))
        inner = make("EXISTS", make("EQ", var, X), attr=Binding(1, THING))

        grown = substitute(one, {BIT: inner})

        assert isinstance(grown.attr, Binding)
        assert grown.attr.level == 2
        assert inner in grown.args[0].args

    def test_a_free_variable_is_never_captured(self) -> None:
        free = make("VAR", attr=2, of=THING)
        body = make("AND", make("EQ", make("VAR", attr=1, of=THING), free), BIT)
        one = make("EXISTS", body, attr=Binding(1, THING))
        taller = make(
            "EXISTS",
            make("EQ", make("VAR", attr=1, of=THING), X),
            attr=Binding(1, THING),
        )

        with pytest.raises(AssertionError, match="a free variable would be captured"):
            substitute(one, {BIT: taller})


VAR = make("VAR", attr=1, of=THING)


def read(name: str, *args: Node, of: Any, epoch: str = "old") -> Node:
    return make("READ", *args, attr=Place(name, epoch), of=of)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (make("CONST", attr=2, of=BOOL), "2 is no value of Bool"),
        (make("CONST", attr="a", of=THING), "'a' is no value of Sort"),
        (make("CONST", attr=-1, of=THING), "-1 is out of the range"),
        (make("CONST", attr=3, of=COLOUR), "3 is out of the range of Enum"),
        (make("CONST", attr=16, of=IntType(4)), "16 is out of the range"),
        (make("CONST", attr=8, of=SetType(COLOUR)), "8 is out of the range"),  # type: ignore[arg-type]
        (make("PARAM", attr="zzz", of=BOOL), "zzz is no Bool parameter"),
        (read("nothing", of=BOOL), "the state has no field nothing"),
        (read("total", of=BOOL), "total holds a Int(4)"),
        (read("total", of=IntType(4), epoch="new"), "total' cannot be read here"),
        (read("thing.is_open", of=BOOL), "indexed by Sort(Thing,1), not by nothing"),
        (read("thing.is_open", C, of=BOOL), "not by Enum(Colour,RED,GREEN,BLUE)"),
        (read("total", X, of=IntType(4)), "total is indexed by None, not by Sort"),
        (make("ANCESTOR", C, C, attr=Place("thing.above")), "not by Enum(Colour"),
        (make("NEAREST", X, BIT, attr=Binding(1, THING, Place("f"))), "no field f"),
        (VAR, "no binder encloses VAR:1"),
        (make("EXISTS", BIT, attr=Binding(3, THING)), "over height 0 is numbered 3"),
    ],
)
def test_a_term_fits_its_surroundings(node: Node, said: str) -> None:
    params = {"x": THING, "c": COLOUR, "bit": BOOL}

    with pytest.raises(SpecError) as caught:
        check_term(node, Surroundings(FIELDS, params), node.type)

    assert said in str(caught.value)


class TestModels:
    def refused(self, **changed: Any) -> str:
        action = replace(MODEL.actions[0], **changed)
        with pytest.raises(SpecError) as caught:
            check_model(MODEL.shape, [action])
        return str(caught.value)

    def test_conditions_are_truths(self) -> None:
        caller = MODEL.actions[0].params[0].node()

        said = self.refused(able=caller)

        assert said.startswith("a_step: a Sort(Thing,1) stands where a Bool belongs")

    def test_choices_are_from_sets_of_their_sort(self) -> None:
        params = (*MODEL.actions[0].params, Param("n", IntType(4), "choice"))

        said = self.refused(params=params, picks=(Pick("n", ALL),))

        assert "a choice is an element of a set; a Int(4) is in none" in said

    @pytest.mark.parametrize(
        ("write", "said"),
        [
            (Write("thing.size", None, N, TRUE.node), "written without saying where"),
            (Write("thing.size", C, N, TRUE.node), "indexed by Sort(Thing,1), not by"),
            (
                Write("thing.size", Every(VAR, X), N, TRUE.node),
                "stands where a Bool belongs",
            ),
            (Write("total", None, X, TRUE.node), "stands where a Int(4) belongs"),
        ],
    )
    def test_writes_fit_their_fields(self, write: Write, said: str) -> None:
        params = (Param("x", THING, "argument"), Param("n", IntType(4), "argument"))

        assert said in self.refused(params=params, writes=(write,), rungs=())

    def test_boot_depends_on_nothing(self) -> None:
        total = read("total", of=Small.type)
        first = simplify.constant(0, THING)
        size = simplify.constant(1, Small.type)
        boots = [
            Write("total", None, total, TRUE.node),
            Write("thing.size", read("thing.above", first, of=THING), size, TRUE.node),
            Write(
                "thing.size",
                Every(VAR, read("thing.is_open", VAR, of=BOOL)),
                size,
                TRUE.node,
            ),
        ]
        for boot in boots:
            with pytest.raises(SpecError, match="boot reads a state"):
                check_model(MODEL.shape, [], [boot])

    def test_a_forest_is_over_a_tables_own_sort(self) -> None:
        shape = replace(MODEL.shape, forests=("thing.colour",))

        with pytest.raises(SpecError, match="the forest over thing.colour needs"):
            check_model(shape, [])


def test_fresh_variables_have_no_printed_name() -> None:
    with pytest.raises(SpecError, match="has no name to print"):
        print_terms([make("VAR", attr=Fresh(), of=BOOL)])


def test_the_values_of_a_type_are_counted_by_the_scope() -> None:
    scope = Scope({"Thing": 3})

    assert [scope.size(k) for k in (BOOL, THING, COLOUR, IntType(4))] == [2, 3, 3, 16]
    assert scope.size(SetType(THING)) == 8
    assert str(Scope({"ExitCode": 2, "Thing": 3})) == "exit_code=2,thing=3"
    with pytest.raises(SpecError, match="does not give a size for exit_code"):
        scope.size(SortType("ExitCode"))
    assert FALSE.node is simplify.FALSE
    assert isinstance(COLOUR, EnumType)
    assert issubclass(World.__mro__[0], World)
    assert Thing.type == THING
