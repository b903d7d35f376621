"""Slicing: search only what a property can depend on.

Read `cone` and `ways`, then `undecided` (conditions left open) and `closure` (what to
keep), `slice` (the smaller model), `lift` (a run of the slice as one of the model),
`blame` (why a run is none) and `refine` (start loose, keep more where a run asks for
it).
"""
