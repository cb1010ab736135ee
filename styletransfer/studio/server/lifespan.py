"""One studio for each server: made when the server starts, closed when it stops."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.routing import Route

from styletransfer.errors import StyleTransferError
from styletransfer.studio import pictures
from styletransfer.studio.server import gallery_routes, live_routes, run_routes
from styletransfer.studio.server.browser import open_when_up
from styletransfer.studio.studio import Studio

logger = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def studio() -> Studio:
    """The studio of this server, started.

    Raises:
        StyleTransferError: The data folder cannot be written to.
    """
    return Studio().start()


def routes() -> list[Route]:
    """The server's addresses beside the page."""
    return [*gallery_routes.routes(studio), *run_routes.routes(studio), *live_routes.routes(studio)]


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Start the painting process with the server, so that it is warm by the first Start; end it with the server.

    Opens the page in a browser, unless Streamlit is told to be headless.
    """
    if not st.get_option("server.headless"):
        open_when_up(st.get_option("server.port"))
    threading.Thread(target=pictures.preload, name="preload", daemon=True).start()
    try:
        opened = studio()
    except StyleTransferError as error:
        logger.warning("%s", error)  # the page says it too, and tries again at every visit
        yield {}
        return
    try:
        yield {}
    finally:
        opened.close()
