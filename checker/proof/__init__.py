"""Proof for any number of processes, and certificates of it.

Read `first_order` (states and forests without a bound), `counting`, `obligations`,
`relevance` (what bears on one of these), `attempt` (how it is tried), `prove` and
`sanity`; then what is tried where a proof does not close: `literals`, `candidates`,
`houdini`, `strengthen` (lemmas found without asking), `obstacle` (the step that stands
in the way) and `settle` (all of it); of mutants `beside` (those of a call together),
`breaking` (a step shows it), `apart`, `surviving` (they keep what is proved) and
`noticing` (all of it); then `certificate` and `recheck` (a second solver, in a second
process). The rules for terms are in `lower_first_order`.
"""
