"""Slicing: search only what a property can depend on.

Read `cone` and `ways`, then `slice` (the smaller model), `lift` (a run of the slice as
one of the model) and `refine` (start loose, keep more where a run asks for it).
"""
