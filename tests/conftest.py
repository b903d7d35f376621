"""Hypothesis draws the same every time; `--hypothesis-profile=nightly` draws anew."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("fixed", deadline=None, derandomize=True, database=None)
settings.register_profile("nightly", deadline=None, max_examples=2000)
settings.load_profile("fixed")
