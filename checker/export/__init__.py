"""The model as text for other people's checkers: a second opinion.

`tla` writes a module that keeps sorts, tables and quantifiers as they are. `aiger` and
`btor2` write the circuit of a model at a scope; `circuit` says what it is made of.
"""
