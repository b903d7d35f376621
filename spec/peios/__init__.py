"""Peios v0.20: the shared pages, and a Process Security Block beside each process.

Read `state`, then `dominance`, `hooks` (what the block adds to fork and execve) and
`kacs_set_psb`; `system` is the list of it all.
"""
