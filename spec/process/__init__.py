"""What the three systems share: processes, their numbers, their family, their calls.

Read `sorts`, `state` and `words` first, then `status`, `images` and `numbers`; after
that one page per call: `fork`, `execve`, `ending` (exit_group and the fatal fault),
`wait4`, `prctl`, `identity` (getpid, getppid) and `setsid`.
"""
