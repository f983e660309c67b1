"""Leo beside what is yours: run it with ``uvicorn served:app`` in this folder, then open /leo/."""

from pathlib import Path

from fastapi import FastAPI

from leo.serve import create_app

leo = create_app(Path("leos"))
app = FastAPI(lifespan=leo.router.lifespan_context)
app.mount("/leo", leo)
