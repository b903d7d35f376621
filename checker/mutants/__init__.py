"""Mutants: a specification with one thing broken, and who notices.

Read `mutate` (their names), `mutations` and `weaken` (how they are made), `notice`
(which properties can tell), `equivalence` and `score`; `telling` picks the one to show.
"""
