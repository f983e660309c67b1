"""Leo for many: a web application with one Leo per session (extra ``serve``).

Only this package knows FastAPI and uvicorn; ``import leo`` does without them.
"""

from leo.serve.app import create_app
from leo.serve.limits import Limits

__all__ = ["Limits", "create_app"]
