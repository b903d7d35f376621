"""Counterexamples: runs that show something, as text that people read and replay runs.

    form       the records of the text file, and its limits
    parse      text -> records, strictly: what a stranger sends is data
    write      a trace -> text, always the same text
    replay     text -> the model again, step by step through the reference evaluator
    minimise   a run -> a shorter one that shows the same
    explain    why a property is false (or true) of a state or of a step
    tree       the family before and after
    render     the trace on a terminal
    html       the trace as a page

`found/` keeps the runs that were worth keeping.
"""
