"""What the systems share: processes, threads, their numbers, their family, their calls.

Read `sorts`, `rows`, `state` and `words` first, then `signals`, `status`, `images`,
`numbers` and `shares`; after that the pages, by what they are about:

    creation    `creation` (what all of it does), `fork`, `vfork`, `clone`, `clone3`,
                `clone_thread`, `posix_spawn`
    programs    `running` (what every exec does), `execve`, `execveat`
    threads     `threads`, `memory` (the word that tells of an end), `tls`, `states`
    ends        `ending`, `orphans`, `eligible`, `wait4`, `waitid`, `prctl`
    signals     `posting`, `taking`, `delivery`, `stopping`, `kill`, `tgkill`,
                `sigaction`, `sigprocmask`, `siginterrupt`
    groups      `groups`, `setpgid`, `setsid`, `getpgid`, `terminal`, `tcsetpgrp`,
                `job_control`
    the rest    `identity` (getpid, getppid), `credentials`, `handles` and `pidfd`
"""
