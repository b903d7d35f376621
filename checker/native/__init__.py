"""The native engine: a model at a scope as machine code.

Read `layout` (cells in words), `plan` (what shares a branch), `expand`, `checks` and
`demands` (what is emitted), `code` (the module), `engine` and `cache`, then `model`,
which is what the searches are given. The rules for terms are in `lower_native`.
"""
