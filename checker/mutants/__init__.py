"""Mutants: a specification with one thing broken, and who notices.

Read `mutate` (their names), `mutations`, `answers` and `weaken` (how they are made),
`notice` (which properties can tell), `equivalence` and `score`. `reached` walks the
model, `departures` are the steps that only a mutant takes, `look` holds them against
the properties, `quick` is the score of that; `telling` picks the one to show.
"""
