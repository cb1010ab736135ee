"""What the page's components fetch by themselves: the moments of a run and films of them, at addresses of their own.

    runs/ID/moments.json       what there is to walk through
    runs/ID/sheet.jpg          all moments, small
    runs/ID/moment/EPOCH.jpg   one of them
    runs/ID/photo.jpg          the photo, and
    runs/ID/result.jpg         the newest picture, both as large as a page shows them
    runs/ID/photo/WxH.jpg      the photo in a picture's size, for its colours
    runs/ID/album/3.jpg        an album's third photo, small, and
    runs/ID/painted/3.png      what was painted of it, to be taken home
    runs/ID/frame/12.jpg       the twelfth frame of a film, as small as a strip shows it, and
    runs/ID/painted.mp4        the painted film
    runs/ID/film.mp4           all moments as a film (also film.webp, film.gif)

Two hundred pictures would clog the connection that draws the page; here the browser asks for those it needs, when it
needs them, and keeps them.
"""

import math
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

from PIL import Image
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from styletransfer.imaging import film, images
from styletransfer.studio import pictures
from styletransfer.studio.presentation import timeline
from styletransfer.studio.server.access import ASK_AGAIN, KEEP, guarded_routes
from styletransfer.studio.server.disconnect import AwaitedFiles, turn
from styletransfer.studio.storage.thumbnails import shrunk, shrunk_preview
from styletransfer.studio.studio import Studio
from styletransfer.support.names import file_name

_FILM_TYPES: dict[film.FilmFormat, str] = {"mp4": "video/mp4", "webp": "image/webp", "gif": "image/gif"}
_STRIP_SIZE = 240
"""Long side in pixels of a frame on a strip: twice what is shown, for sharp displays."""
_one_film = threading.Lock()


def routes(studio: Callable[[], Studio]) -> list[Route]:
    """The addresses, for the server.

    Args:
        studio: Gives the studio; may raise StyleTransferError.
    """
    return guarded_routes(
        "/runs/{run_id}",
        studio,
        {
            "moments.json": _moments,
            "sheet.jpg": _sheet,
            "moment/{epoch:int}.jpg": _moment,
            "photo.jpg": _photo,
            "photo/{width:int}x{height:int}.jpg": _scaled_photo,
            "result.jpg": _result,
            "album/{number:int}.jpg": _album_photo,
            "painted/{number:int}.png": _album_picture,
            "frame/{number:int}.jpg": _frame,
            "painted.mp4": _painted_film,
            "film.{fmt}": _film,
        },
    )


def _run_id(request: Request) -> str:
    return cast("str", request.path_params["run_id"])


def _moments(studio: Studio, request: Request) -> Response:
    return JSONResponse(timeline.listing(studio, _run_id(request)), headers=ASK_AGAIN)


def _sheet(studio: Studio, request: Request) -> Response:
    return Response(timeline.sheet(studio, _run_id(request)), media_type="image/jpeg", headers=KEEP)


def _moment(studio: Studio, request: Request) -> Response:
    path = timeline.moment_path(studio, _run_id(request), request.path_params["epoch"])
    if path is None:
        raise FileNotFoundError
    return Response(path.read_bytes(), media_type="image/jpeg", headers=KEEP)


def _photo(studio: Studio, request: Request) -> Response:
    return _displayed(studio.photo_path(_run_id(request)))


def _scaled_photo(studio: Studio, request: Request) -> Response:
    """Scaled as `with_photo_colors` does, so that what is mixed in the browser is what the download will be."""
    path = studio.photo_path(_run_id(request))
    size = request.path_params["width"], request.path_params["height"]
    if path is None or not all(0 < side <= pictures.DISPLAY_SIZE for side in size):
        raise FileNotFoundError
    photo = images.open_image(path).convert("RGB").resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
    return Response(images.encode(photo, "jpeg"), media_type="image/jpeg", headers=KEEP)


def _result(studio: Studio, request: Request) -> Response:
    return _displayed(studio.result_path(_run_id(request)))


def _album_photo(studio: Studio, request: Request) -> Response:
    path = studio.albums.photo(_run_id(request), request.path_params["number"])
    if path is None:
        raise FileNotFoundError
    return Response(shrunk(path.read_bytes()), media_type="image/jpeg", headers=KEEP)


def _album_picture(studio: Studio, request: Request) -> Response:
    album, number = studio.albums.view(_run_id(request)), request.path_params["number"]
    path = None if album is None else album.painted.get(number)
    if album is None or path is None:
        raise FileNotFoundError
    name = f"{file_name(pictures.title(album.names[number - 1]))}.png"
    return FileResponse(path, media_type="image/png", filename=name, headers=ASK_AGAIN)


def _frame(studio: Studio, request: Request) -> Response:
    path = timeline.moment_path(studio, _run_id(request), request.path_params["number"])
    if path is None:
        raise FileNotFoundError
    return Response(shrunk_preview(path.read_bytes(), _STRIP_SIZE), media_type="image/jpeg", headers=KEEP)


def _painted_film(studio: Studio, request: Request) -> Response:
    """Sent in the parts that the browser asks for, so that one may begin anywhere in it."""
    path = studio.films.result(_run_id(request))
    if path is None:
        raise FileNotFoundError
    name = f"{file_name(studio.gallery.title_of(_run_id(request)))}.mp4"
    inline = "attachment" if "download" in request.query_params else "inline"
    return FileResponse(path, media_type="video/mp4", filename=name, content_disposition_type=inline, headers=ASK_AGAIN)


def _displayed(path: Path | None) -> Response:
    if path is None:
        raise FileNotFoundError
    return Response(pictures.shown_file(path).jpeg, media_type="image/jpeg", headers=KEEP)


def _film(studio: Studio, request: Request) -> Response:
    """Made in a folder of its own and sent when it is whole, so that nobody is ever given half a film.

    A film that nobody waits for any more is not made to its end.
    """
    fmt = request.path_params["fmt"]
    if fmt not in _FILM_TYPES:
        raise FileNotFoundError
    asked = request.query_params
    shown = [path for _, path in studio.timeline(_run_id(request))]
    folder = tempfile.TemporaryDirectory(prefix="styletransfer-", ignore_cleanup_errors=True)
    try:
        path = Path(folder.name) / f"film.{fmt}"
        with turn(_one_film, request):  # more at once would only take the time from the painting
            film.export(
                AwaitedFiles(shown, request),
                path,
                fmt=fmt,
                seconds=_number(asked.get("seconds", "10")),
                hold=_number(asked.get("hold", "2")),
                pace="slow start" if "slow" in asked else "even",
            )
    except ClientDisconnect:
        folder.cleanup()
        return Response(status_code=408)  # which nobody hears
    except BaseException:
        folder.cleanup()
        raise
    name = f"{file_name(asked.get('name', 'film'))}.{fmt}"
    return FileResponse(
        path, media_type=_FILM_TYPES[fmt], filename=name, headers=ASK_AGAIN, background=BackgroundTask(folder.cleanup)
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan  # which no film lasts: the sentence comes from there
