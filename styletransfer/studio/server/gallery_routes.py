"""The addresses of the gallery: small pictures, which the browser keeps, and the ZIP of many paintings."""

import json
import time
from collections.abc import Callable, Iterable, Iterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import embedded_recipe
from styletransfer.studio.pictures import title
from styletransfer.studio.server.access import guarded_routes
from styletransfer.studio.server.zip_stream import Entry, zip_stream
from styletransfer.studio.storage.gallery import Gallery
from styletransfer.studio.storage.thumbnails import thumbnail
from styletransfer.studio.studio import Studio
from styletransfer.support.names import file_name
from styletransfer.texts import language, speaking
from styletransfer.texts.language import ENGLISH

_YEAR = 365 * 24 * 3600


def routes(studio: Callable[[], Studio]) -> list[Route]:
    """The addresses, for the server.

    Args:
        studio: Gives the studio; may raise StyleTransferError.
    """
    return guarded_routes("/wall", studio, {"{version}/{run_id}.jpg": _thumbnail, "paintings.zip": _export})


def thumbnail_address(run_id: str, version: int) -> str:
    """Where the browser finds a run's small picture; another `version` says that it has changed."""
    return f"wall/{version}/{run_id}.jpg"


def export_address(run_ids: Iterable[str] = ()) -> str:
    """Where the browser finds a ZIP of these runs' pictures, made when it is asked for; of all if none is named."""
    wanted = ",".join(run_ids)
    return f"wall/paintings.zip?runs={wanted}" if wanted else "wall/paintings.zip"


def entries(gallery: Gallery, run_ids: Iterable[str], asked_in: str = ENGLISH) -> Iterator[Entry]:
    """What goes into the ZIP: the pictures of those runs that have one, each with its recipe; in that language."""
    for run_id in run_ids:
        with speaking(asked_in):  # the ZIP is made after the answer has begun
            piece, picture = gallery.piece(run_id), gallery.picture(run_id)
            album, film = gallery.album(run_id), gallery.film(run_id)
        if piece is None or piece.record is None or piece.settings is None:
            continue
        if film is not None:
            pictures = [(piece.title, film.shown)] if film.shown is not None else []
        elif album is not None:
            pictures = [(title(piece.record.album[number - 1]), path) for number, path in album.painted().items()]
        else:
            pictures = [(piece.title, picture)] if picture is not None else []
        for name, path in pictures:
            try:
                recipe = embedded_recipe(path) if film is None else None  # no film carries one
            except StyleTransferError:  # gone, or unreadable
                continue
            recipe = recipe or json.dumps({"settings": piece.settings.to_dict()})
            yield Entry(name=file_name(name), picture=path, recipe=recipe, created=piece.record.created)


def _thumbnail(studio: Studio, request: Request) -> Response:
    run = studio.gallery.run(request.path_params["run_id"])
    data = None if run is None else thumbnail(run)
    if data is None:
        raise FileNotFoundError
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": f"private, max-age={_YEAR}, immutable"})


def _export(studio: Studio, request: Request) -> Response:
    asked = request.query_params.get("runs")
    run_ids = asked.split(",") if asked else studio.gallery.ids()
    headers = {
        "Content-Disposition": f'attachment; filename="paintings-{time.strftime("%Y-%m-%d")}.zip"',
        "Cache-Control": "no-store",
    }
    packed = zip_stream(entries(studio.gallery, run_ids, language()))
    return StreamingResponse(packed, media_type="application/zip", headers=headers)
