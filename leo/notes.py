"""Notes that one module writes and another one reads.

A note that only its own module and the figures read stands in that module's file.
"""

__all__: list[str] = []
