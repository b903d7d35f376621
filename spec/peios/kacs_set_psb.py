"""kacs_set_psb: take on mitigations, or make another process take them on.

A request is a word of bits; the ones here are those that a check can tell apart, and
between them they ask for every bit there is. The legacy CFI bit, which means both
halves, comes together with PIE, which exec looks at; the other four mitigations come
together too. Either request is half possible on a machine that cannot enforce CFI and
SML, so that "all or none" says something.

Source   Peios v0.20, claims I11 to I17, I28, I30, I34, I37; readings X8, X17, X35
Modelled unknown bits, the legacy CFI bit, dominance over another target, mitigations
         that the machine cannot enforce, all or nothing
Not      the security descriptor's half of the check: until users are modelled all
         processes are of one user, whom the default descriptor grants everything;
         what mappings must be inspected (I18 to I20)
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Call, Enum, Errno, Step, ite, syscall
from spec.peios.state import (
    CFIB,
    CFIF,
    LSV,
    PIE,
    SML,
    TLP,
    WXP,
    Kernel,
    Mitigations,
)
from spec.peios.words import dominates
from spec.process.sorts import EINVAL, ENODEV, ESRCH, Process
from spec.process.words import is_running


class PsbBits(Enum):
    """The bits that a call asks for."""

    members = (
        "PIE_AND_CFI",
        "WXP_TLP_LSV_SML",
        "PIE_AND_UNKNOWN",
        "NO_CHILD",
        "UI_ACCESS",
    )


PIE_AND_CFI: Final = PsbBits.of("PIE_AND_CFI")
WXP_TLP_LSV_SML: Final = PsbBits.of("WXP_TLP_LSV_SML")
PIE_AND_UNKNOWN: Final = PsbBits.of("PIE_AND_UNKNOWN")
NO_CHILD: Final = PsbBits.of("NO_CHILD")
UI_ACCESS: Final = PsbBits.of("UI_ACCESS")

NOTHING: Final = Mitigations.containing()
PIE_CFIF_CFIB: Final = Mitigations.containing(PIE, CFIF, CFIB)
THE_OTHERS: Final = Mitigations.containing(WXP, TLP, LSV, SML)


def mitigations_in(request: PsbBits) -> Mitigations:
    """The mitigations that the bits of a request ask for; CFI means both halves."""
    others = ite(request == WXP_TLP_LSV_SML, THE_OTHERS, NOTHING)
    return ite(request == PIE_AND_CFI, PIE_CFIF_CFIB, others)


def setting(denial: Errno, *, refuses_unsupported: bool) -> Call:
    """The page, under the readings `denial` and `unsupported`."""

    @syscall(source="K13.1; K5.2; D1200/300")
    def kacs_set_psb(
        step: Step,
        old: Kernel,
        new: Kernel,
        caller: Process,
        target: Process,
        request: PsbBits,
        has_hardware: Bool,
    ) -> None:
        """Add the mitigations of `request` to `target`, all of them or none."""
        is_denied = (target != caller) & ~dominates(old, caller, target)
        asks_for_hardware = (request == PIE_AND_CFI) | (request == WXP_TLP_LSV_SML)
        it = old.psb[target]

        # ERRORS; no document orders the second pair
        step.fails(ESRCH, when=~is_running(old, target), cite="F37")
        step.fails_any(
            (EINVAL, request == PIE_AND_UNKNOWN, "I15"), (denial, is_denied, "I14")
        )
        if refuses_unsupported:
            step.fails(ENODEV, when=asks_for_hardware & ~has_hardware, cite="I17; I28")

        # EFFECT
        new.psb[target].mitigations = it.mitigations | mitigations_in(request)
        new.psb[target].has_no_child = it.has_no_child | (request == NO_CHILD)
        new.psb[target].has_ui_access = it.has_ui_access | (request == UI_ACCESS)

        # RESULT
        step.returns(0)

    return kacs_set_psb
