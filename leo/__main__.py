"""Leo on the command line: ``python -m leo``; see `leo.terminal`."""

from leo.terminal.main import main

__all__ = ["main"]

if __name__ == "__main__":
    raise SystemExit(main())
