"""The specification: what processes are on three systems, as text that can be run.

    unix      Unix as Linux 6.18 is one: the manual pages, and what was observed
    peios     Peios v0.20: the same calls, and a Process Security Block
    topaz     Topaz: processes from templates, orphans by choice, one adopter

Modelled is the life of a process: its object and its number, its threads, its place in
the family, what it shares with others, the program it runs, its group, session and
terminal, the signals it gets and what they do, its user ids, how it ends, who hears of
it and who collects it; and on Peios the GUID, the PIP pair, the mitigations and
no_child_process.

Reading order. `lang` is the notation; a page can be read before it. `process` is what
the systems share: `sorts`, `state`, `words`, then a page for each call. `unix`, `peios`
and `topaz` say what each adds, and each `system` is the only list of its calls, its
readings (the questions that its documents leave open) and its security hooks.
`systems` has the three by name. `sources` lists the documents, and how they are cited.

A page says what was left out of it. Out of scope as a whole: what is in memory and in
files, access control by tokens, namespaces, control groups, limits, scheduling.
The end of init is out of scope for good: no system survives it.
"""
