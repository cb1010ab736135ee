"""News of a run that is being painted, at addresses of their own, for what moves on the page.

live/ID               where the run stands
live/ID/picture       its newest picture (JPEG)
live/ID/losses        its loss curves as a figure
live/feed.js          what asks for all this in the browser
live/plotly.min.js    what draws the figure there; it comes with the plotly package
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from styletransfer.engine.frames import LOSS_NAMES
from styletransfer.settings import Weighting
from styletransfer.studio.presentation.loss_figure import described, loss_figure
from styletransfer.studio.presentation.status_text import changes, status
from styletransfer.studio.server.access import ASK_AGAIN, KEEP, guarded_routes
from styletransfer.studio.studio import Snapshot, Studio
from styletransfer.support import units

_SCRIPT = Path(__file__).parents[1] / "components" / "live" / "feed.js"


def routes(studio: Callable[[], Studio]) -> list[Route]:
    """The addresses, for the server.

    Args:
        studio: Gives the studio; may raise StyleTransferError.
    """
    return guarded_routes(
        "/live",
        studio,
        {
            "feed.js": _script,
            "plotly.min.js": _plotly,
            "{run_id}": _news,
            "{run_id}/picture": _picture,
            "{run_id}/losses": _losses,
        },
    )


def _script(_studio: Studio, _request: Request) -> Response:
    return FileResponse(_SCRIPT, headers={"Cache-Control": "no-cache"})


def _plotly(_studio: Studio, _request: Request) -> Response:
    """Sent as it is: to pack it on its way would take the server longer. The package itself is not imported."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise FileNotFoundError
    script = Path(spec.origin).parent / "package_data" / "plotly.min.js"
    return FileResponse(script, headers={**KEEP, "Content-Encoding": "identity"})


def _news(studio: Studio, request: Request) -> Response:
    snapshot = _snapshot(studio, request)
    return JSONResponse(status(snapshot, _first(studio, snapshot)), headers=ASK_AGAIN)


def _picture(studio: Studio, request: Request) -> Response:
    preview = _snapshot(studio, request).preview
    if preview is None:
        raise FileNotFoundError
    return Response(preview, media_type="image/jpeg", headers=ASK_AGAIN)


def _losses(studio: Studio, request: Request) -> Response:
    snapshot = _snapshot(studio, request)
    asked = request.query_params.get("shown", "").split(",")
    figure = loss_figure(
        snapshot.losses,
        [name for name in LOSS_NAMES if name in asked],
        changes(snapshot, _first(studio, snapshot)),
        None if snapshot.state.over else snapshot.epochs,
    )
    answer = {
        "figure": figure,
        "alt": described(snapshot.losses),
        "empty": not snapshot.losses.epochs,
        "clipped": units.clipped(*snapshot.clipped) if snapshot.clipped else "",
    }
    return JSONResponse(answer, headers=ASK_AGAIN)


def _snapshot(studio: Studio, request: Request) -> Snapshot:
    snapshot = studio.snapshot(request.path_params["run_id"])
    if snapshot is None:
        raise FileNotFoundError
    return snapshot


def _first(studio: Studio, snapshot: Snapshot) -> Weighting | None:
    """The weights that a steered run began with, if they are known."""
    settings = studio.settings(snapshot.run_id) if snapshot.steered else None
    return settings.weighting if settings else None
