"""Whether a model allows what a log of a real system says happened.

`lexing`, `strace_line`, `log` and `values` read a log, which is a stranger's data:
whatever it holds, they answer with records or with the one error `BadLog`. `demands`
says what a record asks of a model, and `replay` carries the states that remain.
"""
