"""A real server for side doors, and what a browser would get there."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from styletransfer.studio.server import access

Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def serving(routes: list[Route]) -> Iterator[Callable[..., Answer]]:
    """Give a function from a path, and headers by name, to (status, headers, body); its `port` is the server's."""
    app = Starlette(routes=routes, middleware=access.middleware())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]

    def get(path: str, **headers: str) -> Answer:
        request = urllib.request.Request(f"http://localhost:{port}/{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
                return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {}, error.read()

    get.port = port  # type: ignore[attr-defined]
    try:
        yield get
    finally:
        server.should_exit = True
        thread.join()
