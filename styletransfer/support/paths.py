"""Where things lie on disk: what comes with the project, and what it keeps for the user. Knows nothing of torch."""

import os
from pathlib import Path
from typing import Literal

import platformdirs

HOME_VARIABLE = "STYLETRANSFER_HOME"
"""Environment variable: a folder that takes everything the project keeps, instead of the system's usual places."""

_PICTURE_ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


def assets_dir() -> Path:
    """The folder of what comes along: inside the package when installed, beside it in a clone."""
    package = Path(__file__).parents[1]
    installed = package / "assets"
    return installed if installed.is_dir() else package.parent / "assets"


def sample_photos() -> list[Path]:
    """The photographs that come along, by name. They also calibrate the networks."""
    return _pictures(assets_dir() / "photos")


def sample_paintings() -> list[Path]:
    """The paintings that come along, by name."""
    return _pictures(assets_dir() / "paintings")


def app_path() -> Path:
    """The script that Streamlit runs, with its configuration beside it."""
    installed = assets_dir() / "studio" / "app.py"
    return installed if installed.is_file() else assets_dir().parent / "app.py"


def vgg16_path() -> Path:
    """The VGG-16 weights that come along."""
    return assets_dir() / "weights" / "vgg16.safetensors"


def vgg19_path() -> Path:
    """Where the VGG-19 weights lie once they have been downloaded. The folder need not exist yet."""
    home = os.environ.get(HOME_VARIABLE)
    cache = Path(home) if home else Path(platformdirs.user_cache_dir("styletransfer", appauthor=False))
    return cache / "weights" / "vgg19.safetensors"


def vgg19_available() -> bool:
    """Whether the VGG-19 weights have been downloaded."""
    return vgg19_path().is_file()


def automatic_network() -> Literal["vgg16", "vgg19"]:
    """The network that "auto" stands for at present: VGG-19 if it has been downloaded."""
    return "vgg19" if vgg19_available() else "vgg16"


def runs_dir() -> Path:
    """Where paintings and all that belongs to them are kept. The folder need not exist yet."""
    home = os.environ.get(HOME_VARIABLE)
    data = Path(home) if home else Path(platformdirs.user_data_dir("styletransfer", appauthor=False))
    return data / "runs"


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURE_ENDINGS)
