"""Masks of any kind say where a painting applies; what cannot be painted with is refused in one sentence."""

import io

import numpy as np
import pytest
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.imaging.masks import FEWEST, check_covered, checked, coverage, scaled, to_mask

PHOTO = (90, 60)


def white(
    box: tuple[int, int, int, int] = (0, 0, 90, 60), size: tuple[int, int] = PHOTO, level: int = 255
) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(level, box)
    return mask


LEFT, RIGHT = white((0, 0, 45, 60)), white((45, 0, 90, 60))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16", "I", "F"])
def test_white_applies_whatever_the_mode(mode: str) -> None:
    mask = LEFT
    if mode in ("I;16", "I", "F"):
        full = 1 if mode == "F" else 65535
        levels = np.asarray(LEFT, np.float32) / 255 * full
        mask = Image.fromarray(levels.astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]))
    else:
        mask = mask.convert("RGB").convert(mode) if mode == "CMYK" else mask.convert(mode)
    assert np.abs(np.asarray(to_mask(mask), int) - np.asarray(LEFT, int)).max() <= 3  # CMYK's white is not quite


def test_brightness_counts_times_opacity() -> None:
    color = Image.new("RGBA", PHOTO, (255, 255, 255, 51))
    assert to_mask(color).getextrema() == (51, 51)
    assert to_mask(Image.new("RGB", PHOTO, (0, 255, 0))).getextrema() == (150, 150)


def test_a_mask_file_of_16_bits_is_read_like_one_of_8() -> None:
    file = io.BytesIO()
    Image.fromarray((np.asarray(LEFT) / 255 * 65535).astype(np.uint16)).save(file, "PNG")
    assert to_mask(open_image(file.getvalue())).tobytes() == LEFT.tobytes()


class TestCoverage:
    def test_what_no_mask_covers_follows_the_first_painting(self) -> None:
        first, second = coverage([white((0, 0, 10, 10)), white((45, 0, 90, 60), level=51)], None, (60, 90))
        assert (first[:, :45] == 1).all()
        assert np.allclose(second[:, 45:], 0.2)
        assert np.allclose(first + second, 1)

    def test_where_masks_overlap_they_share(self) -> None:
        first, second = coverage([white(), white((45, 0, 90, 60))], None, (60, 90))
        assert (first[:, :45] == 1).all()
        assert (first[:, 45:] == 0.5).all()
        assert (second[:, 45:] == 0.5).all()

    def test_what_is_kept_is_nobodys(self) -> None:
        covered = coverage([LEFT, RIGHT], white((0, 0, 90, 30), level=255), (60, 90))
        assert (covered[:, :30] == 0).all()
        assert (covered.sum(0)[30:] == 1).all()
        (alone,) = coverage([], LEFT, (60, 90))
        assert (alone[:, :45] == 0).all()
        assert (alone[:, 45:] == 1).all()

    @pytest.mark.parametrize("shape", [(13, 20), (60, 90), (301, 452)])
    def test_white_stays_white_and_black_black_at_any_size(self, shape: tuple[int, int]) -> None:
        assert (scaled(white(), shape) == 1).all()
        mask = scaled(LEFT, shape)
        assert (mask.min(), mask.max()) == (0, 1)


class TestRefused:
    @pytest.mark.parametrize(
        ("mask", "said"),
        [
            (white(size=(90, 90)), "another shape than the photo"),
            (white(size=(93, 60)), "another shape than the photo"),
            (white(size=(1, 1)), "too small"),
            (Image.new("L", PHOTO), "black everywhere"),
            (Image.new("RGBA", PHOTO, (255, 255, 255, 0)), "black everywhere"),
        ],
    )
    def test_masks(self, mask: Image.Image, said: str) -> None:
        with pytest.raises(StyleTransferError, match=said) as caught:
            checked([LEFT, mask], None, PHOTO)
        assert str(caught.value).startswith("Mask 2 ")

    def test_nothing_left_to_paint(self) -> None:
        with pytest.raises(StyleTransferError, match="white everywhere"):
            checked([], white(), PHOTO)
        with pytest.raises(StyleTransferError, match="pixels to be painted"):
            check_covered([], white((0, 0, 90, 59)), (6, 9))

    @pytest.mark.parametrize("keep", [None, white((0, 0, 44, 60))])
    def test_a_region_that_vanishes_at_this_size(self, keep: Image.Image | None) -> None:
        masks = [RIGHT, white((10, 10, 14, 14))] if keep is None else [LEFT, RIGHT]
        shape = (60, 90) if keep is None else (6, 9)
        check_covered([LEFT, RIGHT], None, shape)
        with pytest.raises(StyleTransferError, match=f"less than {FEWEST} pixels"):
            check_covered(masks, keep, (12, 18) if keep is None else shape)

    def test_but_not_rounding_nor_a_black_first_mask_beside_others(self) -> None:
        masks = [Image.new("L", PHOTO), RIGHT.resize((181, 120)), white(size=(30, 20)), white(size=(2250, 1510))]
        assert [mask.mode for mask in checked(masks, None, PHOTO)[0]] == ["L"] * 4
        with pytest.raises(StyleTransferError, match="black everywhere"):
            checked(masks[:1], None, PHOTO)
