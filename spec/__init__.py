"""The specification: what processes are on three systems, as text that can be run.

    unix      Unix as Linux 6.18 is one: the manual pages, and what was observed
    peios     Peios v0.20: the same calls, and a Process Security Block
    topaz     Topaz: processes from templates, orphans by choice, one adopter

Modelled so far is the life of a process: its object and its number, its place in the
family, the program it runs, its group and session, how it ends and who collects it;
and on Peios the GUID, the PIP pair, the mitigations and no_child_process.

Reading order. `lang` is the notation; a page can be read before it. `process` is what
the systems share: `sorts`, `state`, `words`, then a page for each call. `unix`, `peios`
and `topaz` say what each adds, and each `system` is the only list of its calls, its
readings (the questions that its documents leave open) and its security hooks.
`systems` has the three by name. `sources` lists the documents, and how they are cited.

A page says what was left out of it. Out of scope as a whole, so far: threads, memory,
descriptors, user ids and tokens, signals between processes, stops, terminals,
namespaces, limits. The end of init is out of scope for good: no system survives it.
"""
