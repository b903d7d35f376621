"""The cache of machine code: what it gives back, and what it refuses to trust."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from checker.ground import GroundModel, ground
from checker.native import cache as native_cache
from checker.native.cache import Cache, Entry, encoded, standard_cache
from checker.native.model import compile_at, compile_model, ground_digest
from spec.lang import Scope
from tests import toys

KEY = "0" * 64
ENTRY = Entry({"answer": [1, "two", None]}, b"\x00code\xff")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """A cache whose directory does not exist yet."""
    return Cache(tmp_path / "deep" / "cache")


def file_of(cache: Cache, key: str = KEY) -> Path:
    """Where an entry is kept."""
    assert cache.directory is not None
    return cache.directory / f"{key}.code"


def small_model() -> GroundModel:
    """Something quick to compile."""
    model = toys.die_hard()
    return ground(model, Scope({}), [model.trace(toys.the_big_jug_never_holds_four)])


class TestKeeping:
    """An entry comes back as it was."""

    def test_what_is_stored_is_loaded(self, cache: Cache) -> None:
        """Header and code, without a warning."""
        cache.store(KEY, ENTRY)

        assert cache.load(KEY) == ENTRY
        assert cache.warning == ""

    def test_an_absent_entry_is_nothing_special(self, cache: Cache) -> None:
        """Neither a missing directory nor a missing file is worth a warning."""
        assert cache.load(KEY) is None
        cache.store(KEY, ENTRY)

        assert cache.load("1" * 64) is None
        assert cache.warning == ""

    def test_the_directory_is_private(self, cache: Cache) -> None:
        """Nobody else can write to it, or to what is in it."""
        cache.store(KEY, ENTRY)
        path = file_of(cache)

        assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0

    def test_nothing_half_written_stays(self, cache: Cache) -> None:
        """A rename that fails leaves no file behind, and is a warning."""
        cache.store(KEY, ENTRY)
        path = file_of(cache)
        path.unlink()
        path.mkdir()
        cache.store(KEY, ENTRY)

        assert [p.name for p in path.parent.iterdir()] == [path.name]
        assert cache.warning.startswith("compiled code is not kept")

    def test_the_least_used_entries_go_first(
        self, cache: Cache, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The directory does not grow without bound."""
        monkeypatch.setattr(native_cache, "MOST_ENTRIES", 2)
        for number in range(3):
            cache.store(f"{number}" * 64, ENTRY)
            os.utime(file_of(cache, f"{number}" * 64), (number, number))
        cache.store("3" * 64, ENTRY)
        left = sorted(p.name[0] for p in file_of(cache).parent.iterdir())

        assert left == ["2", "3"]


class TestDistrust:
    """What does not check out is removed, with a warning, and never run."""

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda data: data[:-1],
            lambda data: data[:40],
            lambda data: b"",
            lambda data: data + b"\x00",
            lambda data: data[:-3] + b"\x90" + data[-2:],
            lambda data: b"pidproof native 0\n" + data[18:],
        ],
        ids=["short", "header only", "empty", "long", "altered", "older"],
    )
    def test_a_damaged_entry_is_discarded(self, cache: Cache, spoil: object) -> None:
        """The file is gone afterwards."""
        cache.store(KEY, ENTRY)
        path = file_of(cache)
        path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]

        assert cache.load(KEY) is None
        assert "was discarded" in cache.warning
        assert not path.exists()

    def test_an_entry_under_another_name_is_discarded(self, cache: Cache) -> None:
        """A whole file in the wrong place is for another model."""
        cache.store(KEY, ENTRY)
        other = file_of(cache, "1" * 64)
        file_of(cache).rename(other)

        assert cache.load("1" * 64) is None
        assert "belongs to another key" in cache.warning

    @pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
    def test_a_directory_others_can_write_to_is_not_used(
        self, cache: Cache, mode: int
    ) -> None:
        """Neither for reading nor for writing."""
        cache.store(KEY, ENTRY)
        file_of(cache).parent.chmod(mode)
        cache.store("1" * 64, ENTRY)

        assert cache.load(KEY) is None
        assert "others can write to it" in cache.warning
        assert not file_of(cache, "1" * 64).exists()

    def test_a_file_others_can_write_to_is_discarded(self, cache: Cache) -> None:
        """Whoever could write it could have written anything."""
        cache.store(KEY, ENTRY)
        file_of(cache).chmod(0o622)

        assert cache.load(KEY) is None
        assert "others can write to it" in cache.warning

    def test_a_directory_of_somebody_else_is_not_used(
        self, cache: Cache, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The warning says whose it is."""
        cache.store(KEY, ENTRY)
        owner = file_of(cache).stat().st_uid
        monkeypatch.setattr("os.geteuid", lambda: owner + 1)

        assert cache.load(KEY) is None
        assert f"belongs to user {owner}" in cache.warning

    def test_a_link_is_not_followed(self, cache: Cache, tmp_path: Path) -> None:
        """Even to a file that would do."""
        cache.store(KEY, ENTRY)
        elsewhere = tmp_path / "elsewhere"
        file_of(cache).rename(elsewhere)
        file_of(cache).symlink_to(elsewhere)

        assert cache.load(KEY) is None
        assert elsewhere.exists()

    def test_a_fifo_does_not_hang(self, cache: Cache) -> None:
        """It is not a regular file."""
        cache.store(KEY, ENTRY)
        file_of(cache).unlink()
        os.mkfifo(file_of(cache), 0o600)

        assert cache.load(KEY) is None
        assert "not a regular file" in cache.warning


class TestWhere:
    """Where the user's cache is."""

    @pytest.mark.parametrize(
        ("environment", "expected"),
        [
            ({"PIDPROOF_CACHE": "/a/b", "HOME": "/h"}, "/a/b"),
            ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/pidproof"),
            ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/pidproof"),
            ({"HOME": "/h"}, "/h/.cache/pidproof"),
        ],
    )
    def test_the_environment_decides(
        self, environment: dict[str, str], expected: str
    ) -> None:
        """PIDPROOF_CACHE first, then what XDG says."""
        assert standard_cache(environment).directory == Path(expected)

    def test_an_empty_name_means_no_cache(self) -> None:
        """Which is a choice, not a fault."""
        assert standard_cache({"PIDPROOF_CACHE": ""}) == Cache(None)

    def test_without_a_home_there_is_a_warning(self) -> None:
        """Everything works all the same."""
        cache = standard_cache({})
        cache.store(KEY, ENTRY)

        assert cache.load(KEY) is None
        assert "no home directory" in cache.warning


class TestCompiling:
    """What a compiled model takes from the cache."""

    def test_a_second_compilation_is_a_hit(self, cache: Cache) -> None:
        """And means the same."""
        first, second = (compile_model(small_model(), cache) for _ in range(2))

        assert (first.cache_hit, second.cache_hit) == (False, True)
        assert first.machine.identity == second.machine.identity
        assert (first.watches, first.labels) == (second.watches, second.labels)
        assert first.layout == second.layout
        assert np.array_equal(first.machine.initial, second.machine.initial)

    def test_a_model_in_the_cache_is_not_unrolled(
        self, cache: Cache, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its pages, its scope and its properties are enough to find it."""
        model, scope = toys.model_p(), Scope({"Pid": 3, "Code": 2})
        listed = [model.trace(prop) for prop in toys.MODEL_P_INVARIANTS]
        first = compile_at(model, scope, listed, cache=cache)
        monkeypatch.setattr("checker.native.model.ground", None)
        again = compile_at(toys.model_p(), scope, listed, cache=cache)

        assert again.cache_hit
        assert first.machine.identity == again.machine.identity
        with pytest.raises(TypeError):
            compile_at(model, scope, listed[:2], cache=cache)

    def test_a_poisoned_entry_is_compiled_again(self, cache: Cache) -> None:
        """The machine comes with a warning, and the next one from the cache."""
        compile_model(small_model(), cache)
        (path,) = file_of(cache).parent.iterdir()
        path.write_bytes(path.read_bytes()[:-100])
        again = compile_model(small_model(), Cache(cache.directory))
        third = compile_model(small_model(), Cache(cache.directory))

        assert not again.cache_hit
        assert "its checksum is wrong" in again.warning
        assert third.cache_hit
        assert third.warning == ""

    def test_a_cache_that_cannot_be_written_is_a_warning(self, tmp_path: Path) -> None:
        """A file where the directory should be."""
        blocked = tmp_path / "file"
        blocked.write_text("")
        native = compile_model(small_model(), Cache(blocked / "cache"))

        assert not native.cache_hit
        assert native.warning.startswith("compiled code is not kept")

    def test_another_model_has_another_key(self) -> None:
        """The digest sees guards, writes, properties and the first state."""
        finite = small_model()
        instance = finite.instances[0]
        (move,) = instance.moves
        fewer = replace(instance, moves=(replace(move, writes=()),))
        changed = replace(finite, instances=(fewer, *finite.instances[1:]))
        cell = replace(finite.cells[0], initial=1)

        assert ground_digest(finite) == ground_digest(small_model())
        assert ground_digest(finite) != ground_digest(changed)
        assert ground_digest(finite) != ground_digest(replace(finite, invariants=()))
        assert ground_digest(finite) != ground_digest(
            replace(finite, cells=(cell, *finite.cells[1:]))
        )

    def test_entries_name_their_key(self) -> None:
        """So that a file moved to another name is noticed."""
        assert KEY.encode() in encoded(KEY, ENTRY)
