"""The solver at a scope: bounded model checking and induction.

Read `unfolding` (a growing run), then `bmc` and `induction`. The rules for terms are in
`lower_z3`.
"""
