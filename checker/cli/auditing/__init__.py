"""From a log of Linux system calls to demands on the Unix model, and to a report.

`people` says who is who, `calls` what each record asks of the model, `findings` what
the accepted replay tells an operator, `report` and `picture` how it is shown.
"""
