"""Addresses beside the page, for what it fetches by itself: only this server's pages may ask; errors are sentences.

A stranger's page that the user has open is turned away, whether it asks as itself or under a name that it has pointed
at this computer (DNS rebinding).
"""

import errno
from collections.abc import Callable, Mapping
from typing import cast

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from styletransfer.errors import StyleTransferError
from styletransfer.studio.studio import Studio
from styletransfer.texts import _, preferred, say, speaking
from styletransfer.texts.language import ENGLISH

Endpoint = Callable[[Studio, Request], Response]

LANGUAGE_COOKIE = "styletransfer_language"
"""Holds the language that was chosen on the page, so that every address knows it, also after the page is reloaded."""
ASK_AGAIN = {"Cache-Control": "no-store"}
KEEP = {"Cache-Control": "private, max-age=86400, immutable"}
"""For an address that carries the version of what it names."""

_OWN = (None, "same-origin", "none")
"""Values of Sec-Fetch-Site on requests of our own pages and of the address bar; old browsers send none."""
_HEADERS = {"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}


def spoken(cookies: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The language of whoever asks: the one chosen on the page, else the browser's."""
    wanted = [cookies.get(LANGUAGE_COOKIE), *headers.get("Accept-Language", "").split(",")]
    return preferred(wanted) or ENGLISH


def guarded(studio: Callable[[], Studio], endpoint: Endpoint) -> Callable[[Request], Response]:
    """What to give to a `Route`. It runs in one of the server's threads, so that it may take its time.

    Args:
        studio: Gives the studio; may raise StyleTransferError.
        endpoint: Answers; may raise StyleTransferError (its sentence is the answer, 422) and OSError (422, or 404
            for FileNotFoundError).
    """

    def answer(request: Request) -> Response:
        with speaking(spoken(request.cookies, request.headers)):
            return respond(request)

    def respond(request: Request) -> Response:
        if not _from_own_page(request):
            return PlainTextResponse(_("Open this from the studio's own page."), 403)
        try:
            response = endpoint(studio(), request)
        except StyleTransferError as error:
            response = PlainTextResponse(say(error.text), 422, ASK_AGAIN)
        except FileNotFoundError:
            response = PlainTextResponse(_("There is no such picture."), 404, ASK_AGAIN)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            said = (
                _("The disk is full; free some space and try again.")
                if full
                else _("The picture is damaged or cannot be read.")
            )
            response = PlainTextResponse(said, 422, ASK_AGAIN)
        response.headers.update(_HEADERS)
        return response

    return answer


def guarded_routes(prefix: str, studio: Callable[[], Studio], endpoints: Mapping[str, Endpoint]) -> list[Route]:
    """The addresses of several endpoints, named by their paths below `prefix`."""
    return [Route(f"{prefix}/{path}", guarded(studio, endpoint)) for path, endpoint in endpoints.items()]


def _from_own_page(request: Request) -> bool:
    allowed = cast("list[str]", st.get_option("server.allowedHosts"))
    return (not allowed or request.url.hostname in allowed) and request.headers.get("Sec-Fetch-Site") in _OWN
