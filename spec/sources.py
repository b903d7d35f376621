"""draft"""
def resolve(cite: str, source: str) -> None:
    """Accept."""
