"""Symmetry reduction: search orbits of states instead of states.

`find` says which elements are interchangeable, and why others are not; `canonical` maps
a state to the representative of its orbit (`native` is its fast twin); `concretise`
turns a path of representatives back into a run.
"""
