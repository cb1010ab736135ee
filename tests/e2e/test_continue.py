"""A painting survives its server and its worker: stopped politely or killed, it goes on with one press of a button."""

import csv
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image
from steps import PATIENCE, finished, make_small, set_slider, start, until

from tools.real_studio import StudioServer, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals"),
]


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[StudioServer]:
    """A server that a test may stop, on the data folder `tmp_path`."""
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def page(browser: Any, studio: StudioServer) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(2 * PATIENCE)  # what paints is polite, and steps back for any other program
    page = context.new_page()
    open_at(page, studio.address)
    yield page
    context.close()


def open_at(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".st-key-start_bar", has_text="About").wait_for()  # the brushes are warm, and the page is at rest


def paint(page: Any) -> str:
    """Start a painting on the processor that takes every machine some seconds; give its id."""
    set_slider(page, "resolution", "Home", *["ArrowRight"] * 3)
    set_slider(page, "epochs", "Home", *["ArrowRight"] * 6)
    page.locator(".st-key-advanced_panel summary").click()
    device = page.locator(".st-key-device input")
    focused = page.locator("[role=option][data-focused]")
    while device.input_value() != "Processor":  # the list closes whenever the page moves
        at = focused.all_inner_texts()
        beyond = any("graphics" in name for name in at)  # on a slow page a key counts late
        device.press("Enter" if at == ["Processor"] else "ArrowUp" if beyond else "ArrowDown")
        page.wait_for_timeout(300)
    return start(page)


def test_stopped_and_killed_with_its_server_it_ends_in_the_picture_that_it_would_have_become(
    page: Any, studio: StudioServer, tmp_path: Path
) -> None:
    run = tmp_path / "runs" / paint(page)
    far = 1
    for how in (signal.SIGTERM, signal.SIGKILL):
        until(lambda far=far: epochs(run) > far + 1)  # type: ignore[misc]
        studio.stop(how)
        studio.start()
        page.goto(f"{studio.address}/?run={run.name}")
        page.get_by_text("Stopped after").wait_for()
        far = epochs(run)
        assert far < 50
        page.locator(".st-key-compare").wait_for()
        page.locator(".st-key-continue button").click()
        page.locator(".st-key-stop button").wait_for()
    page.get_by_text("Finished: 50 epochs").wait_for()
    open_at(page, studio.address)
    whole = tmp_path / "runs" / paint(page)
    page.get_by_text("Finished: 50 epochs").wait_for()
    assert table(run) == table(whole)
    with Image.open(run / "result.png") as one, Image.open(whole / "result.png") as other:
        assert one.tobytes() == other.tobytes()


def test_a_worker_that_is_killed_costs_the_run_nothing_but_the_last_seconds(
    page: Any, studio: StudioServer, tmp_path: Path
) -> None:
    make_small(page, "End")
    run = tmp_path / "runs" / start(page)
    until(lambda: (run / "checkpoint.safetensors").exists())
    worker(studio).kill()
    page.get_by_text("The system ended the process that paints").wait_for()
    assert "smaller resolution" in page.locator(".st-key-failure").inner_text()
    page.locator(".st-key-compare").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG", exact=True).click()
    with Image.open(download.value.path()) as picture:
        picture.load()
        assert picture.size == (128, 64)
    far = epochs(run)

    set_slider(page, "epochs", "Home")
    assert start(page) != run.name
    page.get_by_text("Finished: 5 epochs").wait_for()

    page.goto(f"{studio.address}/?run={run.name}")
    page.locator(".st-key-continue button").click()
    until(lambda: epochs(run) > far)
    page.locator(".st-key-stop button").click()
    page.get_by_text("Stopped after").wait_for()
    finished(page)
    assert page.locator(".st-key-failure").count() == 0
    assert [int(row[0]) for row in table(run)] == list(range(1, epochs(run) + 1))


def worker(studio: StudioServer) -> psutil.Process:
    children = psutil.Process(studio.pid).children()
    return next(child for child in children if "styletransfer.studio.worker.painter" in child.cmdline())


def table(run: Path) -> list[list[str]]:
    """The losses of every epoch so far, without the time, which is never the same."""
    if not (run / "losses.csv").exists():
        return []
    with (run / "losses.csv").open(newline="") as lines:
        return [[row.pop("epoch"), *list(row.values())[1:]] for row in csv.DictReader(lines)]


def epochs(run: Path) -> int:
    rows = table(run)
    return int(rows[-1][0]) if rows else 0
