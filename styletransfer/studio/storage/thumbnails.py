"""Small pictures of runs, for the gallery. Made once and kept in the run's folder. Knows nothing of Streamlit."""

import io
from contextlib import suppress
from pathlib import Path

from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging import images
from styletransfer.studio.storage.run_folder import Run, write_whole

SIZE = 560
"""Long side in pixels: twice what is shown, for sharp displays."""
_QUALITY = 82


def thumbnail(run: Run) -> bytes | None:
    """A run's newest picture, small, as a JPEG; its photo before the first; None if neither can be read."""
    kept = run.folder / "thumbnail.jpg"
    for source in _sources(run):
        with suppress(OSError, SyntaxError, StyleTransferError):
            changed = source.stat().st_mtime_ns
            with suppress(FileNotFoundError):
                if kept.stat().st_mtime_ns > changed:
                    return kept.read_bytes()
            data = source.read_bytes()
            small = shrunk_preview(data) if source.parent == run.frames else shrunk(data)
            with suppress(StyleTransferError):  # where nothing can be written, it is made anew each time
                if run.read().state.over:
                    write_whole(kept, small)
            return small
    return None


def shrunk(data: bytes) -> bytes:
    """A picture file as a small JPEG. Raises StyleTransferError if it cannot be used."""
    return _encoded(images.open_image(data))


def shrunk_preview(data: bytes) -> bytes:
    """A preview, as the worker makes them, as a smaller JPEG; it is decoded only as far as that needs."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        opened.draft("RGB", (SIZE, SIZE))
        return _encoded(opened.convert("RGB"))


def _encoded(image: Image.Image) -> bytes:
    small = image if max(image.size) <= SIZE else images.fit(image, SIZE)
    return images.encode(small, "jpeg", quality=_QUALITY)


def _sources(run: Run) -> list[Path]:
    previews = [path for _, path in run.timeline()[-1:]]
    photo: list[Path] = []
    with suppress(StyleTransferError):
        photo = [run.inputs().photo]
    return [*previews, run.result, *photo]
