"""What the page fetches by itself, from a real server on a studio of made-up runs."""

import errno
import io
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from PIL import Image
from run_inputs import given
from serving import serving
from studio_standin import Standin

from styletransfer.imaging import film
from styletransfer.settings import Settings
from styletransfer.studio.presentation import timeline
from styletransfer.studio.server import run_routes
from styletransfer.studio.snapshot import State

Get = Callable[..., tuple[int, bytes]]


def picture(color: str, size: tuple[int, int] = (600, 400)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def studio(tmp_path: Path) -> Standin:
    return Standin(tmp_path)


@pytest.fixture
def run(studio: Standin) -> str:
    """A run of 40 epochs with a preview of every second one."""
    run_id = studio.submit(given(picture("navy"), [("wave.jpg", picture("orange"))]), Settings(epochs=40))
    for epoch in range(2, 41, 2):
        studio.paint(run_id, epoch, State.FINISHED)
    return run_id


@pytest.fixture
def get(studio: Standin) -> Iterator[Get]:
    with serving(run_routes.routes(lambda: studio)) as answer:  # type: ignore[arg-type, return-value]

        def fetch(path: str, **headers: str) -> tuple[int, bytes]:
            status, _, body = answer(f"runs/{path}", **headers)
            return status, body

        yield fetch


def size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        return opened.size


def test_the_moments_come_with_their_losses_and_pictures(get: Get, run: str, studio: Standin) -> None:
    status, body = get(f"{run}/moments.json")
    assert status == 200
    rows = json.loads(body)["moments"]
    assert [row[0] for row in rows] == list(range(2, 41, 2))
    losses = studio.runs[run].losses
    assert rows[4][2:] == pytest.approx([losses.content[9], losses.style[9], losses.tv[9], losses.total[9]], rel=1e-6)
    assert get(f"{run}/moment/10.jpg?v={rows[4][1]}") == (200, dict(studio.timeline(run))[10].read_bytes())
    assert get(f"{run}/moment/11.jpg")[0] == 404


def test_a_moment_without_losses_is_listed_all_the_same(
    get: Get, run: str, studio: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "losses_csv", lambda _run: b"epoch,sec\n2,0.1,4,5,da,ma,ge,d\n4,0.1,4,5,1,2,3")
    rows = json.loads(get(f"{run}/moments.json")[1])["moments"]
    assert len(rows) == 20
    assert rows[0][2:] == [None] * 4


def test_all_moments_lie_on_the_sheet_in_their_order(get: Get, run: str, studio: Standin) -> None:
    sheet = json.loads(get(f"{run}/moments.json")[1])["sheet"]
    (width, height), columns = sheet["tile"], sheet["columns"]
    data = get(f"{run}/sheet.jpg")[1]
    assert size(data) == (width * columns, height * 2)
    with Image.open(io.BytesIO(data)) as opened:
        for place, (_, path) in enumerate(studio.timeline(run)):
            x, y = place % columns * width + width // 2, place // columns * height + height // 2
            with Image.open(path) as moment:
                expected = moment.getpixel((moment.width // 2, moment.height // 2))
            assert opened.getpixel((x, y)) == pytest.approx(expected, abs=6)


def test_two_hundred_moments_make_a_sheet_of_a_few_megabytes(studio: Standin) -> None:
    run_id = studio.submit(given(picture("navy"), [("wave.jpg", picture("orange"))]), Settings(epochs=200))
    noise = Image.effect_noise((1024, 683), 80).convert("RGB")
    studio._frames(run_id).mkdir()
    for epoch in range(1, 201):
        noise.save(studio._frames(run_id) / f"{epoch:06d}.jpg")
    assert len(timeline.sheet(studio, run_id)) < 8e6  # type: ignore[arg-type]


def test_photo_and_result_come_as_large_as_they_are_shown(get: Get, run: str) -> None:
    assert size(get(f"{run}/photo.jpg")[1]) == (600, 400)
    assert size(get(f"{run}/result.jpg")[1]) == (600, 400)


def test_the_photo_comes_in_a_pictures_size_for_its_colours(get: Get, run: str) -> None:
    assert size(get(f"{run}/photo/300x200.jpg")[1]) == (300, 200)
    for wrong in ("0x200", "99999x1", "ax1", "-3x3"):
        assert get(f"{run}/photo/{wrong}.jpg")[0] == 404


@pytest.mark.parametrize("fmt", ["mp4", "webp", "gif"])
def test_a_film_is_made_and_named(get: Get, run: str, fmt: str, tmp_path: Path) -> None:
    status, film = get(f"{run}/film.{fmt}?seconds=2&hold=1&name=My%20cat,%20after%20../Wave")
    assert status == 200
    if fmt == "mp4":
        (tmp_path / "film.mp4").write_bytes(film)
        with av.open(str(tmp_path / "film.mp4")) as container:
            assert sum(1 for _ in container.decode(video=0)) == 75
    else:
        with Image.open(io.BytesIO(film)) as opened:
            assert opened.n_frames == 20


@pytest.mark.parametrize("asked", ["seconds=0", "seconds=x", "seconds=1e9", "hold=-1", "seconds=nan"])
def test_a_film_of_impossible_length_is_one_sentence(get: Get, run: str, asked: str) -> None:
    status, body = get(f"{run}/film.mp4?{asked}")
    assert status == 422
    assert b"seconds" in body


def test_a_damaged_moment_is_a_sentence_and_leaves_nothing_behind(
    get: Get, run: str, studio: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(films))
    studio.timeline(run)[-1][1].write_bytes(b"damaged")
    for path in ("film.mp4", "sheet.jpg", "moments.json"):
        status, body = get(f"{run}/{path}")
        assert status == 422
        assert b"Traceback" not in body
    assert list(films.iterdir()) == []


def test_a_film_that_nobody_waits_for_any_more_is_given_up(
    studio: Standin, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten impatient clicks leave no film behind that is made to its end, and the eleventh is served."""
    films = tmp_path / "films"
    films.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(films))
    opened, open_slowly = [0], film.open_image

    def slow(*asked: object, **more: object) -> Image.Image:
        opened[0] += 1
        time.sleep(0.05)
        return open_slowly(*asked, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(film, "open_image", slow)
    with serving(run_routes.routes(lambda: studio)) as answer:  # type: ignore[arg-type, return-value]
        port = answer.port  # type: ignore[attr-defined]
        for _ in range(10):
            with socket.create_connection(("localhost", port)) as browser:
                browser.sendall(f"GET /runs/{run}/film.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                time.sleep(0.1)
        before = opened[0]
        assert answer(f"runs/{run}/film.mp4?seconds=1&hold=0")[0] == 200
        assert opened[0] - before < 60  # its own twenty, and what was just under way
    assert list(films.iterdir()) == []


@pytest.mark.parametrize("run_id", ["20990101-000000-abcdef", "..", "%2e%2e", "x" * 100])
@pytest.mark.parametrize("path", ["sheet.jpg", "moment/2.jpg", "photo.jpg", "result.jpg", "film.exe"])
def test_what_is_not_there_is_not_found(get: Get, run: str, run_id: str, path: str) -> None:
    assert run
    assert get(f"{run_id}/{path}")[0] == 404


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_page_is_turned_away(get: Get, run: str, headers: dict[str, str]) -> None:
    assert get(f"{run}/moments.json", **headers)[0] in (400, 403)
    assert get(f"{run}/moments.json", **{"Sec-Fetch-Site": "same-origin"})[0] == 200


def test_a_full_temporary_disk_is_called_that(get: Get, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(run_routes.tempfile, "TemporaryDirectory", full)
    status, body = get(f"{run}/film.mp4")
    assert (status, body.decode()) == (422, "The disk is full; free some space and try again.")
