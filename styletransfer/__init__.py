"""Turn a photo into a painting: neural style transfer by optimisation, with every step of it in view.

from styletransfer import Settings, open_image, stylize

for frame in stylize(open_image("photo.jpg"), open_image("painting.jpg"), Settings(size=450)):
print(frame.epoch, frame.losses["total"])
frame.image.save("painted.png")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from styletransfer.engine.frames import Frame
from styletransfer.errors import StyleTransferError
from styletransfer.settings import PRESETS, Settings
from styletransfer.support.version import __version__

if TYPE_CHECKING:
    from styletransfer.engine.stylize import stylize
    from styletransfer.imaging.images import open_image, save_image

__all__ = ["PRESETS", "Frame", "Settings", "StyleTransferError", "__version__", "open_image", "save_image", "stylize"]

# Imported on first use: torch takes seconds, and a process that only shows pictures never needs it.
_LAZY = {
    "stylize": "styletransfer.engine.stylize",
    "open_image": "styletransfer.imaging.images",
    "save_image": "styletransfer.imaging.images",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
