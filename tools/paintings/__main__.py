"""Paint the sample paintings: `python -m tools.paintings [NAME ...]`, all of them when no name is given.

A style is any module of this package with `paint(rng, width, height) -> Image`. Its random numbers start from its
name, so that the same version of the code and of NumPy paints the same picture again.
"""

import argparse
import importlib
import io
import pkgutil
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

import tools.paintings

WIDTH, HEIGHT = 1600, 1200
MAX_BYTES = 1_500_000
TARGET = Path(__file__).resolve().parents[2] / "assets" / "paintings"

Painter = Callable[[np.random.Generator, int, int], Image.Image]


def painters() -> dict[str, Painter]:
    """The `paint` function of every style module in this package, by module name."""
    names = (info.name for info in pkgutil.iter_modules(tools.paintings.__path__) if info.name != "__main__")
    modules = {name: importlib.import_module(f"tools.paintings.{name}") for name in names}
    return {name: module.paint for name, module in modules.items() if hasattr(module, "paint")}


def encode(picture: Image.Image) -> bytes:
    """JPEG bytes without colour subsampling, at the highest quality from 95 down that stays under MAX_BYTES."""
    for quality in range(95, 40, -1):
        buffer = io.BytesIO()
        picture.convert("RGB").save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True, progressive=True)
        if buffer.tell() < MAX_BYTES:
            return buffer.getvalue()
    raise ValueError(f"a picture of {picture.size} does not fit into {MAX_BYTES} bytes")


def main() -> None:
    """Paint the named styles, or all, into assets/paintings (or the folder given)."""
    styles = painters()
    parser = argparse.ArgumentParser(prog="python -m tools.paintings", description="Paint the sample paintings.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(styles)} (default: all)")
    parser.add_argument("--folder", type=Path, default=TARGET, help="where to write (default: assets/paintings)")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(styles))
    if unknown:
        parser.error(f"no style named {', '.join(unknown)}; there are: {', '.join(styles)}")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or styles:
        started = time.perf_counter()
        data = encode(styles[name](np.random.default_rng(zlib.crc32(name.encode())), WIDTH, HEIGHT))
        target = arguments.folder / f"{name}.jpg"
        part = target.with_suffix(".part")
        part.write_bytes(data)
        part.replace(target)
        print(f"{target.name}: {len(data) // 1000} kB, {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
