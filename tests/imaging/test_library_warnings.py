"""What libraries have to say about odd pictures does not reach the user."""

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from pictures import gradient, saved
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import embedded_recipe, open_image
from styletransfer.imaging.library_warnings import hushed


def flipped(data: bytes) -> bytes:
    """A file with every seventh byte of its pixels changed."""
    return bytes(value ^ 0x55 if 300 < place < 1500 and place % 7 == 0 else value for place, value in enumerate(data))


NOISE = Image.effect_noise((200, 200), 80).convert("RGB")
ODD = {
    "damaged EXIF": saved(gradient(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"),
    "more than 89 million pixels": saved(Image.new("1", (12_000, 8_000)), "PNG"),
    "a TIFF that is cut off": saved(NOISE, "TIFF", compression="tiff_deflate")[:90_000],
    **{
        f"a damaged TIFF ({way})": flipped(saved(NOISE, "TIFF", compression=way))
        for way in ("tiff_deflate", "tiff_lzw", "jpeg")
    },
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_nothing_is_printed(data: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with suppress(StyleTransferError):
            open_image(data)
        embedded_recipe(data)
    assert seen == []
    assert capfd.readouterr() == ("", "")


def test_many_pixels_are_no_reason_to_refuse() -> None:
    assert open_image(ODD["more than 89 million pixels"]).size == (12_000, 8_000)


def test_afterwards_warnings_are_shown_as_before_whatever_the_threads_do() -> None:
    before = list(warnings.filters)
    together = threading.Barrier(8)

    def quiet(seconds: float) -> None:
        together.wait(10)
        for _ in range(50):
            with hushed():
                warnings.warn("nobody hears this", UserWarning, stacklevel=1)
                threading.Event().wait(seconds)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(quiet, [i / 10_000 for i in range(8)]))
    assert warnings.filters == before
    with pytest.raises(UserWarning, match="loud"):  # as the tests are set up
        warnings.warn("loud", UserWarning, stacklevel=1)
