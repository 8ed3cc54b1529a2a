"""GraphiQL, served from files of our own: it works with no network, and the page itself needs no key."""

from pathlib import Path

from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parents[1] / "static" / "graphiql"

assets = StaticFiles(directory=FOLDER)


def page() -> FileResponse:
    return FileResponse(FOLDER / "index.html", media_type="text/html")
