"""Small pictures of runs, for the gallery. Made once and kept in the run's folder. Knows nothing of Streamlit."""

import io
from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageOps

from styletransfer.errors import StyleTransferError
from styletransfer.imaging import images
from styletransfer.studio.storage.run_files import write_whole
from styletransfer.studio.storage.run_folder import Run

SIZE = 560
"""Long side in pixels: twice what is shown, for sharp displays."""
ALBUM_SHAPE = (4, 3)
"""Width and height, in any unit, of the small picture of an album: four of its pictures, two by two."""
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
            small = _small(run, source.read_bytes(), preview=source.parent == run.frames)
            with suppress(StyleTransferError):  # where nothing can be written, it is made anew each time
                if run.read().state.over:
                    write_whole(kept, small)
            return small
    return None


def _small(run: Run, data: bytes, *, preview: bool) -> bytes:
    if not preview:
        return shrunk(data)
    with suppress(StyleTransferError):  # of a damaged folder it is not known what it was
        if run.read().album:
            return _four(run)
    return shrunk_preview(data)


def _four(run: Run) -> bytes:
    """The first four pictures of an album beside each other; as long as there are fewer, the first."""
    previews = [path for _, path in run.timeline()[:4]]
    if len(previews) < 4:
        return shrunk_preview(previews[0].read_bytes())
    width, height = SIZE, SIZE * ALBUM_SHAPE[1] // ALBUM_SHAPE[0]
    sheet = Image.new("RGB", (width, height))
    for place, preview in enumerate(previews):
        with Image.open(preview, formats=["JPEG"]) as opened:
            opened.draft("RGB", (SIZE, SIZE))
            part = ImageOps.fit(opened.convert("RGB"), (width // 2, height // 2))
        sheet.paste(part, (place % 2 * (width // 2), place // 2 * (height // 2)))
    return _encoded(sheet)


def shrunk(data: bytes) -> bytes:
    """A picture file as a small JPEG. Raises StyleTransferError if it cannot be used."""
    return _encoded(images.open_image(data))


def shrunk_preview(data: bytes, size: int = SIZE) -> bytes:
    """A preview, as the worker makes them, as a JPEG of at most `size`; it is decoded only as far as that needs."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        opened.draft("RGB", (size, size))
        return _encoded(opened.convert("RGB"), size)


def _encoded(image: Image.Image, size: int = SIZE) -> bytes:
    small = image if max(image.size) <= size else images.fit(image, size)
    return images.encode(small, "jpeg", quality=_QUALITY)


def _sources(run: Run) -> list[Path]:
    previews = [path for _, path in run.timeline()[-1:]]
    photo: list[Path] = []
    with suppress(StyleTransferError):
        photo = [run.inputs().photo]
    return [*previews, run.result, *photo]
