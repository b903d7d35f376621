"""Proof for any number of processes, and certificates of it.

Read `first_order` (states and forests without a bound), `obligations`, `prove`,
`sanity`, then `certificate` and `recheck` (a second solver, in a second process). The
rules for terms are in `lower_first_order`.
"""
