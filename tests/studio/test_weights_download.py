"""The download of VGG-19 as the page sees it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from styletransfer.engine.vgg import download
from styletransfer.errors import StyleTransferError
from styletransfer.studio.studio import Studio
from styletransfer.studio.weights_download import Download

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)  # needs no worker


def test_a_download_tells_how_far_it_is_and_when_it_is_done(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    half, go_on = threading.Event(), threading.Event()

    def download_vgg19(progress: Progress, cancelled: Cancelled) -> None:
        assert not cancelled()
        progress(50, 100)
        half.set()
        go_on.wait(10)
        progress(100, 100)

    monkeypatch.setattr(download, "download_vgg19", download_vgg19)
    assert studio.fetching() is None
    studio.fetch_vgg19()
    half.wait(10)
    assert studio.fetching() == Download("running", 50, 100)
    studio.fetch_vgg19()  # while one runs, no other is begun
    go_on.set()
    until(lambda: studio.fetching() == Download("done", 100, 100))


def test_a_cancelled_download_is_no_failure_and_can_be_begun_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download_vgg19(progress: Progress, cancelled: Cancelled) -> None:
        progress(10, 100)
        until(cancelled)
        raise StyleTransferError("The download was stopped.")

    monkeypatch.setattr(download, "download_vgg19", download_vgg19)
    for _ in range(2):
        studio.fetch_vgg19()
        studio.cancel_fetch()
        until(lambda: studio.fetching() == Download("cancelled", 10, 100))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StyleTransferError("The server cannot be reached."), "The server cannot be reached."),
        (ValueError("a bug"), "fault in the program"),
    ],
)
def test_a_failed_download_says_why(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def download_vgg19(_progress: Progress, _cancelled: Cancelled) -> None:
        raise error

    monkeypatch.setattr(download, "download_vgg19", download_vgg19)
    studio.fetch_vgg19()
    until(lambda: (studio.fetching() or Download("running")).state == "failed")
    assert sentence in str((studio.fetching() or Download("running")).error)


def test_cancelling_without_a_download_is_void(studio: Studio) -> None:
    studio.cancel_fetch()
    assert studio.fetching() is None
