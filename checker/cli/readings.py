def readings() -> int:
    """x"""
    return 0
