"""What must be true of the systems: named sentences, by theme, with their claims.

`catalogue` lists them all. `ledger` reads `claims/`: the sentences of the documents, in
our words, and the properties that speak for each. `manifest` reads what is expected.
"""
