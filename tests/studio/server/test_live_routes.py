"""What the server answers to the page's questions, and to whom."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from run_inputs import given
from serving import Answer, serving
from studio_standin import Standin

from styletransfer.settings import Settings
from styletransfer.studio.server import live_routes
from styletransfer.studio.snapshot import State
from styletransfer.support.paths import sample_paintings, sample_photos

Get = Callable[..., Answer]


@pytest.fixture
def studio(tmp_path: Path) -> Standin:
    return Standin(tmp_path)


@pytest.fixture
def get(studio: Standin) -> Iterator[Get]:
    """Ask the server as a browser does."""
    with serving(live_routes.routes(lambda: studio)) as opened:  # type: ignore[arg-type, return-value]
        yield opened


@pytest.fixture
def run_id(studio: Standin) -> str:
    photo, painting = sample_photos()[0].read_bytes(), sample_paintings()[0].read_bytes()
    return studio.submit(given(photo, [("wave.jpg", painting)], photo_name="bee.jpg"), Settings())


def test_the_page_hears_where_its_run_stands(studio: Standin, get: Get, run_id: str) -> None:
    studio.paint(run_id, 12)
    news = json.loads(get(f"live/{run_id}")[2])
    assert f"Epoch 12 of {Settings().epochs}" in news["html"]
    assert news["losses"] == 12
    _, headers, picture = get(f"live/{run_id}/picture?number={news['picture']}")
    assert picture == studio.runs[run_id].preview
    assert headers["cache-control"] == "no-store"


def test_the_curves_come_as_a_figure_of_those_that_are_asked_for(studio: Standin, get: Get, run_id: str) -> None:
    assert json.loads(get(f"live/{run_id}/losses?shown=style")[2])["empty"]
    studio.paint(run_id, 12)
    figure = json.loads(get(f"live/{run_id}/losses?shown=style,nonsense,total")[2])["figure"]
    assert [curve["name"] for curve in figure["data"]] == ["Style", "Total"]
    assert figure["layout"]["xaxis"]["range"][1] > 100  # room for what is to come
    studio.paint(run_id, 12, State.STOPPED)
    figure = json.loads(get(f"live/{run_id}/losses?shown=style,total")[2])["figure"]
    assert figure["layout"]["xaxis"]["range"][1] < 13


def test_below_the_curves_stands_the_loss_of_the_picture_as_it_is_saved_where_it_is_another(
    studio: Standin, get: Get, run_id: str
) -> None:
    studio.paint(run_id, 12)
    assert json.loads(get(f"live/{run_id}/losses?shown=total")[2])["clipped"] == ""
    studio.paint(run_id, 12, clipped=(10, 6.9412))
    said = json.loads(get(f"live/{run_id}/losses?shown=total")[2])["clipped"]
    assert said == "Saved, with colours out of range clipped: total 6.94 after epoch 10."


def test_before_the_first_stroke_there_is_no_picture(get: Get, run_id: str) -> None:
    assert json.loads(get(f"live/{run_id}")[2])["picture"] == 0
    assert get(f"live/{run_id}/picture")[0] == 404


@pytest.mark.parametrize("run", ["20990101-000000-abcdef", "..%2F..%2Fetc%2Fpasswd", "%00", "x" * 5000])
def test_an_unknown_run_is_not_found(get: Get, run: str) -> None:
    assert {get(f"live/{run}{rest}")[0] for rest in ("", "/picture", "/losses")} == {404}


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}])
def test_a_stranger_s_page_is_turned_away(get: Get, run_id: str, headers: dict[str, str]) -> None:
    for rest in (run_id, f"{run_id}/picture", f"{run_id}/losses"):
        assert get(f"live/{rest}", **headers)[0] in (400, 403)


def test_the_scripts_come_from_this_server(get: Get) -> None:
    assert b"export function follow" in get("live/feed.js")[2]
    assert b"plotly.js" in get("live/plotly.min.js")[2][:300]
