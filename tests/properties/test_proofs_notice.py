"""What proofs notice of large systems: mutants break what is proved, or are named.

One property of each kind; a proof of it is asked again of each of a few mutants.
"""

from __future__ import annotations

import pytest

from checker.mutants.mutate import one_mutant
from checker.proof.noticing import NOTICED, notice
from checker.proof.settle import proved_of
from checker.scope import scope_for, smallest, sorts_of
from spec.systems import SYSTEMS
from tests.properties.test_proofs import proofs_of

MOST = 12
ASKED = [
    ("unix", "no_two_processes_share_a_pid"),
    ("unix", "only_its_own_call_changes_the_user_of_a_thread"),
    ("peios", "no_user_id_is_left_behind"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("system", "name"), ASKED)
def test_a_proof_of_a_large_system_notices_mutants(system: str, name: str) -> None:
    """What there is no time for is counted; what is noticed is of the broken call."""
    model = SYSTEMS[system].model()
    run = proofs_of(model, [name])
    traced = proved_of(run)
    least = smallest(model, traced)
    sizes = {sort: max(3, least.get(sort, 1)) for sort in sorts_of(model)}
    scope = scope_for(model, sizes, traced)
    found = notice(run, scope, [name], most=MOST, budget=40.0)
    broken = [fate for fate in found.of(NOTICED) if name in fate.broken]

    assert len(found.fates) + found.untried == MOST
    assert broken
    assert all(one_mutant(model, fate.mutant).action == fate.action for fate in broken)
