"""What an operator wants to know of a log that the model accepts.

All of it is read from the replay: who became whose child, who was a zombie and for how
long. A zombie LEAKS when a parent of it lived with it for longer than a given time and
never collected it: that parent ended first, or the log did, or the namespace, whose
last zombies the kernel itself collects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checker.audit import values
from checker.audit.demands import Demand
from checker.audit.log import Call
from checker.audit.replay import Change, Note
from checker.cli.auditing.people import OUTSIDE, WAITING, Life, People, ending_of
from checker.cli.auditing.scene import Scene

WATCHED = ("process.phase", "process.parent")


@dataclass(frozen=True, slots=True)
class Adoption:
    """A process got another parent. None: a process that the log does not show."""

    pid: int
    old: int | None
    new: int | None
    line: int


@dataclass(slots=True)
class Zombie:
    """A time during which an ended process waited to be collected by one parent.

    Not one whose parent the log does not show: nobody knows what that one did.
    """

    pid: int
    parent: int
    since_line: int
    since: float | None
    until: float | None = None
    until_line: int | None = None
    """The line at which it was over; None: it was not."""
    collected: bool = False

    @property
    def seconds(self) -> float | None:
        """How long; None when the log tells no times."""
        if self.since is None or self.until is None:
            return None
        return max(0.0, round(self.until - self.since, 6))


@dataclass(frozen=True, slots=True)
class Reuse:
    """A number that named several processes, one after the other."""

    pid: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """A signal that was sent and hit nobody."""

    pid: int
    call: str
    line: int


@dataclass(slots=True)
class Findings:
    """All of it."""

    adoptions: list[Adoption] = field(default_factory=list)
    zombies: list[Zombie] = field(default_factory=list)
    reused: list[Reuse] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)

    def leaks(self, longer_than: float) -> list[Zombie]:
        """The zombies that leak; without times, every one that nobody collected."""
        return [
            zombie
            for zombie in self.zombies
            if not zombie.collected
            and (zombie.seconds is None or zombie.seconds > longer_than)
        ]


def findings(scene: Scene, notes: Sequence[Note]) -> Findings:
    """What the replay tells."""
    found = Findings()
    _Teller(scene, scene.members("process.phase"), found).tell(notes)
    found.reused = list(_reused(scene.people))
    found.missed = list(_missed(scene))
    return found


@dataclass(slots=True)
class _Teller:
    scene: Scene
    phases: Sequence[str]
    found: Findings
    holders: dict[int, Life] = field(default_factory=dict)
    """Who has each row now."""
    parents: dict[int, int] = field(default_factory=dict)
    waiting: dict[int, Zombie] = field(default_factory=dict)
    made: dict[tuple[int, int], Life] = field(default_factory=dict)
    """Processes by the line and the row at which they began."""

    def tell(self, notes: Sequence[Note]) -> None:
        for life in self.scene.people.lives:
            if life.process is None and life.made_by is not None:
                self.made[life.began, life.row] = life
        first = self.scene.people.lives[0]
        self.holders[first.row], self.parents[first.row] = first, OUTSIDE
        for note in notes:
            demand = self.scene.demands[note.demand]
            for change in sorted(note.changes, key=lambda c: c.field, reverse=True):
                if change.field == "process.phase":
                    self._phase(change, demand)
            for change in note.changes:
                if change.field == "process.parent":
                    self._parent(change, demand)
        last = max(self.scene.log.times.values(), default=None)
        for zombie in self.waiting.values():
            zombie.until = last

    def _time(self, line: int) -> float | None:
        return self.scene.log.times.get(line)

    def _name(self, row: int) -> int | None:
        holder = self.holders.get(row)
        return holder.pid if holder is not None else None

    def _phase(self, change: Change, demand: Demand) -> None:
        row = change.row
        before, after = self.phases[change.before], self.phases[change.after]
        if before == "FREE":
            self.holders[row] = self.made[demand.began, row]
        elif after == "ZOMBIE":
            self._rests(row, demand)
        elif before == "ZOMBIE" and after != "ZOMBIE":
            self._leaves(row, demand, collected=demand.name in WAITING)
        if after == "FREE":
            self.holders.pop(row, None)
            self.parents.pop(row, None)

    def _rests(self, row: int, demand: Demand) -> None:
        line = demand.ended
        parent = self._name(self.parents.get(row, OUTSIDE))
        pid = self._name(row)
        assert pid is not None
        if parent is None:
            return
        zombie = Zombie(pid, parent, line, self._time(line))
        self.waiting[row] = zombie
        self.found.zombies.append(zombie)

    def _leaves(self, row: int, demand: Demand, *, collected: bool) -> None:
        zombie = self.waiting.pop(row, None)
        if zombie is not None:
            zombie.until, zombie.until_line = self._time(demand.ended), demand.ended
            zombie.collected = collected

    def _parent(self, change: Change, demand: Demand) -> None:
        row = change.row
        if row not in self.holders:
            return
        if row not in self.parents:
            self.parents[row] = change.after
            return
        pid = self._name(row)
        assert pid is not None
        old, new = self._name(change.before), self._name(change.after)
        self.parents[row] = change.after
        self.found.adoptions.append(Adoption(pid, old, new, demand.line))
        if row in self.waiting:
            self._leaves(row, demand, collected=False)
            self._rests(row, demand)


def _reused(people: People) -> Iterator[Reuse]:
    for pid, lives in people.by_pid.items():
        if len(lives) > 1:
            yield Reuse(pid, tuple(life.began for life in lives))


def _missed(scene: Scene) -> Iterator[Missed]:
    """Calls that send a signal where there is nobody, or nobody who still runs."""
    for record in scene.log.records:
        if not isinstance(record, Call) or record.name not in SENDING:
            continue
        if not record.whole:
            continue
        if ending_of(record).error == "ESRCH" or _is_to_zombie(scene, record):
            said = f"{record.name}({record.arguments})"
            yield Missed(record.pid, said, record.ended or record.began)


def _is_to_zombie(scene: Scene, call: Call) -> bool:
    """The signal is for one process, which has ended by then."""
    said = values.pid(call.arguments) if call.name in {"kill", "tkill"} else None
    if said is None or said.inside <= 0:
        return False
    whom = scene.people.meant(scene.caller(call), said, call.began)
    return whom is not None and whom.ended is not None and whom.ended < call.began


SENDING = frozenset(
    {
        "kill",
        "pidfd_send_signal",
        "rt_sigqueueinfo",
        "rt_tgsigqueueinfo",
        "tgkill",
        "tkill",
    }
)
"""The calls that send a signal."""
