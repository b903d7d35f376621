def simulate() -> int:
    """x"""
    return 0
