"""Mutants: small changes to Leo's code, each of which some test should notice.

``scripts/mutate`` makes them with cosmic-ray's operators, and tries each against the tests that
watch its file; docs/reliability.mutants.md says what came of it. Nothing of it runs in CI.
"""
