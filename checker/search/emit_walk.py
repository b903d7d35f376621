"""A kernel for random simulation: one long run, every state and step checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.search.emit import Emitter, Flag, Word
from checker.search.emit_states import load_state, store_state

if TYPE_CHECKING:
    from llvmlite import ir

GOLDEN = 0x9E3779B97F4A7C15
FIRST_MIX = 0xBF58476D1CE4E5B9
SECOND_MIX = 0x94D049BB133111EB
WALK_PARAMS = (
    "expand_labelled",
    "check",
    "state",
    "steps",
    "out",
    "action",
    "source",
    "flags",
    "seen",
    "stop",
    "random",
    "path",
)


def random_below(f: Emitter, random: Word, bound: Word) -> Word:
    """A number below `bound` (at most 2**32) from the splitmix64 state at `random`."""
    state = f.load(random) + GOLDEN
    f.store(state, random)
    mixed = (state ^ (state >> 30)) * FIRST_MIX
    mixed = (mixed ^ (mixed >> 27)) * SECOND_MIX
    return (((mixed ^ (mixed >> 31)) >> 32) * bound) >> 32


def emit_walk(module: ir.Module, width: int, seen_words: int) -> None:
    """`walk(...) -> the number of steps taken`, from the state at `state`, in place.

    Parameters are `WALK_PARAMS`: three functions and the scratch they need, `seen`
    which gathers the bits shown on the way, and `path` where the number of the
    successor taken at each step goes (64 bits each). The walk ends after `steps` steps,
    in a state without successors, or where a bit of `stop` is shown.
    """
    f = Emitter(module, "walk", WALK_PARAMS)
    (labelled, check, where, steps, out, action) = f.params()[:6]
    (source, flags, seen, stop, random, path) = f.params()[6:]
    taken = f.variable(0, "taken")
    f.call_at(check, where, f.number(1), seen)
    with f.forever() as turn:
        done = _any_common(f, seen, stop, seen_words)
        f.leave_when(turn, done | taken.get().is_(">=", steps))
        made = f.call_at(labelled, where, f.number(1), out, action, source, flags)
        f.leave_when(turn, made.is_("==", 0))
        choice = random_below(f, random, made)
        f.store(choice, path, taken.get())
        for word in range(seen_words):
            shown = f.load(flags, choice * seen_words + word)
            f.store(f.load(seen, word) | shown, seen, word)
        store_state(f, load_state(f, out + choice * (8 * width), width), where)
        f.call_at(check, where, f.number(1), seen)
        taken.set(taken.get() + 1)
    f.returns(taken.get())


def _any_common(f: Emitter, left: Word, right: Word, words: int) -> Flag:
    """Whether two bit sets of `words` words share a bit."""
    common = f.load(left) & f.load(right)
    for word in range(1, words):
        common = common | (f.load(left, word) & f.load(right, word))
    return common.is_("!=", 0)
