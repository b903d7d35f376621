"""LLVM IR to machine code in this process, and how long that code lives."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import llvmlite
import llvmlite.binding as llvm

QUICK = "quick"
"""Compile as fast as possible: for code that seldom runs."""
LIGHT = "light"
"""Combine instructions and tidy the branches: what successors need. On the yardstick it
takes a sixth of the time of the standard pipeline and gives the same speed."""
VALUES = "values"
"""Compute equal values once: what long straight lines of logic need. There it takes a
third of the time of combining instructions, and leaves less."""
STANDARD = "standard"
"""The whole pipeline: what hand-written loops deserve."""
PASSES = {LIGHT: ("instruction_combine", "simplify_cfg"), VALUES: ("new_gvn",)}


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """Machine code that stays loaded as long as this object lives."""

    engine: llvm.ExecutionEngine

    def address(self, name: str) -> int:
        """Where the function `name` begins; raises KeyError if there is none."""
        found: int = self.engine.get_function_address(name)
        if not found:
            raise KeyError(name)
        return found

    def function(
        self,
        name: str,
        *arguments: Any,
        result: Any = None,
    ) -> Callable[..., Any]:
        """The function as a Python callable that releases the interpreter's lock.

        `arguments` and `result` are ctypes types. The code stays loaded while the
        callable lives.
        """
        made = ctypes.CFUNCTYPE(result, *arguments)(self.address(name))
        made.code = self  # type: ignore[attr-defined]
        return made


def _machine(opt: int = 2) -> llvm.TargetMachine:
    """This processor, as LLVM sees it; an engine takes possession of its own."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    machine: llvm.TargetMachine = target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=opt,
        codemodel="jitdefault",
        jit=True,
    )
    return machine


def processor() -> str:
    """Everything outside the text of a module that decides its machine code."""
    return " ".join(
        (
            f"llvmlite-{llvmlite.__version__}",
            "llvm-" + ".".join(map(str, llvm.llvm_version_info)),
            llvm.get_default_triple(),
            llvm.get_host_cpu_name(),
            llvm.get_host_cpu_features().flatten(),
        )
    )


def lanes() -> int:
    """How many 64-bit numbers this processor works on at once."""
    features = llvm.get_host_cpu_features()
    if features.get("avx512f") and features.get("avx512dq"):
        return 8
    return 4 if features.get("avx2") else 1


def compiled(text: str, effort: str = LIGHT) -> bytes:
    """The object code of a module in LLVM assembly.

    Raises RuntimeError when LLVM refuses the text: a defect of the lowering.
    """
    machine = _machine(0 if effort == QUICK else 2)
    module = llvm.parse_assembly(text)
    level = 3 if effort == STANDARD else 1
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    builder = llvm.create_pass_builder(machine, options)
    if effort == STANDARD:
        builder.getModulePassManager().run(module, builder)
    elif effort in PASSES:
        passes = llvm.create_new_module_pass_manager()
        for name in PASSES[effort]:
            getattr(passes, f"add_{name}_pass")()
        passes.run(module, builder)
    code: bytes = machine.emit_object(module)
    return code


def loaded(*codes: bytes) -> Code:
    """Put object code into memory, ready to run. The caller vouches for it.

    Each may call functions that another defines.
    """
    machine = _machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    for code in codes:
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Code(engine)
