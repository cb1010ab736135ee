"""Paint the pairs that the README shows, each beside its photo and its painting, and one pair in three palettes.

    python -m tools.paint_examples [--folder docs]

Every picture is painted with the default settings.
"""

import argparse
from pathlib import Path

from PIL import Image

from styletransfer import Settings, open_image, stylize
from styletransfer.imaging.color import with_photo_colors
from styletransfer.support.paths import assets_dir

PAIRS = (
    ("portrait", "swirl"),
    ("farmhouse", "expressionist"),
    ("bridge", "watercolour"),
    ("raccoon", "stained_glass"),
)
HEIGHT, GAP = 330, 6


def main() -> None:
    """Paint all pairs into the folder."""
    parser = argparse.ArgumentParser(description="Paint the pairs that the README shows.")
    parser.add_argument("--folder", type=Path, default=Path("docs"))
    folder = parser.parse_args().folder
    folder.mkdir(exist_ok=True)
    for photo, painting in PAIRS:
        strip = example(assets_dir() / "photos" / f"{photo}.jpg", assets_dir() / "paintings" / f"{painting}.jpg")
        path = folder / f"{photo}-{painting}.jpg"
        strip.save(path, quality=90)
        print(path)
    palettes().save(folder / "palettes.jpg", quality=90)


def palettes() -> Image.Image:
    """One pair in the painting's colours, in the photo's palette, and with the photo's colours given back after it."""
    photo, painting = (open_image(assets_dir() / kind) for kind in ("photos/farmhouse.jpg", "paintings/swirl.jpg"))
    own, matched = (painted(photo, painting, Settings(palette=palette)) for palette in ("painting", "photo"))
    return in_a_row([own, matched, with_photo_colors(own, photo, 1)])


def example(photo_path: Path, painting_path: Path) -> Image.Image:
    """Photo, painting and painted picture in a row."""
    photo, painting = open_image(photo_path), open_image(painting_path)
    return in_a_row([photo, painting, painted(photo, painting, Settings())])


def painted(photo: Image.Image, painting: Image.Image, settings: Settings) -> Image.Image:
    """The finished picture."""
    *_, last = stylize(photo, painting, settings)
    assert last.image is not None  # noqa: S101 - the last frame always has one
    return last.image


def in_a_row(images: list[Image.Image]) -> Image.Image:
    """The pictures side by side, at one height."""
    scaled = [
        image.resize((round(image.width * HEIGHT / image.height), HEIGHT), Image.Resampling.LANCZOS) for image in images
    ]
    row = Image.new("RGB", (sum(image.width for image in scaled) + GAP * (len(scaled) - 1), HEIGHT), "white")
    left = 0
    for image in scaled:
        row.paste(image, (left, 0))
        left += image.width + GAP
    return row


if __name__ == "__main__":
    main()
