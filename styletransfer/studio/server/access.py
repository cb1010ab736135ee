"""Who may ask this server for something: only its own pages; and its addresses beside the page, with errors in words.

A stranger's page that the user has open is turned away, whether it asks as itself, under a name that it has pointed at
this computer (DNS rebinding), or by showing our page in a frame of its own.
"""

import errno
from collections.abc import Callable, Mapping
from typing import cast

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
_HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # what browsers before 2018 know of frame-ancestors
}


def middleware() -> list[Middleware]:
    """What every request goes through, those for the page itself among them."""
    hosts = cast("list[str]", st.get_option("server.allowedHosts"))
    trusted = [Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)] if hosts else []
    return [Middleware(SecurityHeaders), *trusted]


class SecurityHeaders:
    """Adds headers that keep other sites from showing or loading what is answered; Starlette brings nothing for it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)


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
        if request.headers.get("Sec-Fetch-Site") not in _OWN:
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
        return response

    return answer


def guarded_routes(prefix: str, studio: Callable[[], Studio], endpoints: Mapping[str, Endpoint]) -> list[Route]:
    """The addresses of several endpoints, named by their paths below `prefix`."""
    return [Route(f"{prefix}/{path}", guarded(studio, endpoint)) for path, endpoint in endpoints.items()]
