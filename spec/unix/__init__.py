"""Unix, as Linux is one: the shared pages alone, and nothing besides. See `system`."""
