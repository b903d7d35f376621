"""Exhaustive and random search of a compiled model at memory speed."""
