def list_all() -> int:
    """x"""
    return 0
