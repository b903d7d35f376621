"""Topaz: processes made from templates, orphans by choice, adoption by Init.

Read `state` and `identifiers`, then `start_process`, `ending` (terminate and
WaitForChild) and `set_group`, which belongs to one reading only; `system` is the list
of it all.
"""
