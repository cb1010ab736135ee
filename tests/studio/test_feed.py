"""What the server answers to the page's questions, and to whom."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from standin import Standin
from starlette.applications import Starlette

from styletransfer.locations import sample_paintings, sample_photos
from styletransfer.settings import Settings
from styletransfer.studio.feed import Feed
from styletransfer.studio.snapshot import State


@pytest.fixture
def studio(tmp_path: Path) -> Standin:
    return Standin(tmp_path)


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""

    def json(self) -> Any:
        return json.loads(self.content)


Get = Callable[..., Answer]


@pytest.fixture
def get(studio: Standin) -> Get:
    """Ask the server as a browser does."""
    feed = Feed(lambda: studio, lambda: ["localhost", "127.0.0.1"])  # type: ignore[arg-type, return-value]
    app = Starlette(routes=feed.routes("/live"))

    def ask(address: str, **headers: str) -> Answer:
        path, _, query = address.partition("?")
        headers = {"host": "localhost:8501", **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": unquote(path),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        answer = Answer()

        async def receive() -> None:
            await asyncio.Event().wait()  # there is no more to come

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            answer.content += message.get("body", b"")

        asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
        return answer

    return ask


@pytest.fixture
def run_id(studio: Standin) -> str:
    photo, painting = sample_photos()[0].read_bytes(), sample_paintings()[0].read_bytes()
    return studio.submit(photo, [("wave.jpg", painting)], Settings(), photo_name="bee.jpg")


def test_the_page_hears_where_its_run_stands(studio: Standin, get: Get, run_id: str) -> None:
    studio.paint(run_id, 12)
    news = get(f"/live/{run_id}").json()
    assert "Epoch 12 of 60" in news["html"]
    assert news["losses"] == 12
    picture = get(f"/live/{run_id}/picture?number={news['picture']}")
    assert picture.content == studio.runs[run_id].preview
    assert picture.headers["cache-control"] == "no-store"


def test_the_curves_come_as_a_figure_of_those_that_are_asked_for(studio: Standin, get: Get, run_id: str) -> None:
    assert get(f"/live/{run_id}/losses?shown=style").json()["empty"]
    studio.paint(run_id, 12)
    answer = get(f"/live/{run_id}/losses?shown=style,nonsense,total").json()
    assert [curve["name"] for curve in answer["figure"]["data"]] == ["Style", "Total"]
    assert answer["figure"]["layout"]["xaxis"]["range"][1] > 60  # room for what is to come
    studio.paint(run_id, 12, State.STOPPED)
    answer = get(f"/live/{run_id}/losses?shown=style,total").json()
    assert answer["figure"]["layout"]["xaxis"]["range"][1] < 13


def test_before_the_first_stroke_there_is_no_picture(get: Get, run_id: str) -> None:
    assert get(f"/live/{run_id}").json()["picture"] == 0
    assert get(f"/live/{run_id}/picture").status == 404


@pytest.mark.parametrize("run", ["20990101-000000-abcdef", "..%2F..%2Fetc%2Fpasswd", "%00", "x" * 5000])
def test_an_unknown_run_is_not_found(get: Get, run: str) -> None:
    for rest in ("", "/picture", "/losses"):
        assert get(f"/live/{run}{rest}").status == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_stranger_s_page_is_turned_away(get: Get, run_id: str, site: str) -> None:
    for rest in ("", "/picture", "/losses"):
        assert get(f"/live/{run_id}{rest}", sec_fetch_site=site).status == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501", "localhost.evil.example", ""])
def test_a_name_that_a_stranger_has_pointed_here_is_turned_away(get: Get, run_id: str, host: str) -> None:
    assert get(f"/live/{run_id}", host=host).status == 403


def test_the_scripts_come_from_this_server(get: Get) -> None:
    assert b"export function follow" in get("/live/feed.js").content
    assert b"plotly.js" in get("/live/plotly.min.js").content[:300]
