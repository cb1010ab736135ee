"""Regions as the page has them, and the masks that the engine is given for them."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.studio.regions import (
    COLORS,
    Region,
    Regions,
    masks_of,
    regions_from,
    small_size,
    stretched,
)

HEIGHT, WIDTH = 40, 60
PLACES = ("painting", "painting_2")


def png(mask: npt.NDArray[Any]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def columns(start: int, end: int) -> bytes:
    mask = np.zeros((HEIGHT, WIDTH))
    mask[:, start:end] = 255
    return png(mask)


def region(start: int, end: int, painting: str | None, weight: float = 1.0, number: int = 0) -> Region:
    return Region(f"Region {number + 1}", COLORS[number], painting, weight, columns(start, end))


def regions(*parts: Region, feather: float = 0.0) -> Regions:
    return Regions((HEIGHT, WIDTH), feather, parts)


def pixels(mask: bytes | None) -> npt.NDArray[np.int32]:
    assert mask is not None
    with Image.open(io.BytesIO(mask)) as opened:
        assert (opened.mode, opened.size) == ("L", (WIDTH, HEIGHT))
        return np.asarray(opened).astype(np.int32)


class TestMasks:
    def test_what_no_region_covers_follows_the_first_painting(self) -> None:
        masks = masks_of(regions(region(0, 20, "painting_2")), PLACES)
        assert masks.paintings == PLACES
        assert masks.weights == (1.0, 1.0)
        assert masks.keep is None
        rest, second = map(pixels, masks.masks)
        assert (second[:, :20] == 255).all()
        assert not second[:, 20:].any()
        assert (rest + second == 255).all()

    def test_what_stays_leaves_its_edge_to_whom_it_borders_on(self) -> None:
        """The engine shares out what keep leaves; there, the first painting must not come in between."""
        parts = region(0, 20, None), region(20, 40, "painting_2", number=1)
        masks = masks_of(regions(*parts, feather=2.0), PLACES)
        keep, (first, second) = pixels(masks.keep), map(pixels, masks.masks)
        assert 60 < keep[0, 20] < 155
        assert second[0, 20] > 250
        assert first[0, 20] < 5
        assert (first + second)[:, 25:].min() >= 254

    def test_only_something_that_stays_leaves_the_mixture_of_paintings(self) -> None:
        masks = masks_of(regions(region(0, 20, None)), PLACES)
        assert (masks.paintings, masks.masks, masks.weights) == (PLACES, (), None)
        assert masks.keep is not None

    def test_regions_of_one_painting_and_weight_are_one(self) -> None:
        masks = masks_of(
            regions(region(0, 10, "painting_2"), region(30, 40, "painting_2", number=1), region(20, 30, "painting")),
            PLACES,
        )
        assert masks.paintings == PLACES
        assert pixels(masks.masks[1]).sum() == 255 * 20 * HEIGHT

    def test_a_painting_with_two_weights_stands_there_twice(self) -> None:
        masks = masks_of(regions(region(0, 10, "painting", 2.5)), PLACES[:1])
        assert masks.paintings == ("painting", "painting")
        assert masks.weights == (1.0, 2.5)

    def test_one_painting_everywhere_needs_no_mask(self) -> None:
        masks = masks_of(regions(region(0, 10, "painting"), region(10, 20, None, number=1)), PLACES)
        assert (masks.paintings, masks.masks, masks.weights) == (("painting",), (), None)

    def test_a_first_painting_of_which_nothing_is_left_is_left_out(self) -> None:
        masks = masks_of(regions(region(0, 30, "painting_2"), region(30, 60, "painting_3")), (*PLACES, "painting_3"))
        assert masks.paintings == ("painting_2", "painting_3")

    def test_a_region_whose_painting_was_taken_out_follows_the_first(self) -> None:
        masks = masks_of(regions(region(0, 10, "painting_7", 2.0)), PLACES)
        assert masks.paintings == ("painting", "painting")

    def test_edges_are_feathered_and_the_parts_still_make_a_whole(self) -> None:
        hard = regions(region(20, 40, "painting_2"), region(40, 60, "painting_2", 2.0, number=1))
        masks = [*map(pixels, masks_of(replace(hard, feather=4.0), PLACES).masks)]
        assert np.abs(np.sum(masks, axis=0) - 255).max() <= 1
        assert 60 < masks[1][0, 20] < 195

    @pytest.mark.parametrize(
        ("parts", "words"),
        [
            ([region(0, 60, None)], "nothing is left to paint"),
            (
                [replace(region(0, 9, "painting_2"), name="Ear", mask=png(np.eye(HEIGHT, WIDTH, 30) * 9))],
                "Ear is too small",
            ),
            ([region(9 * n, 9 * n + 9, "painting", 2 + n / 10, n) for n in range(4)], "painted in 5 ways"),
        ],
    )
    def test_what_does_not_go_together_is_a_sentence(self, parts: list[Region], words: str) -> None:
        with pytest.raises(StyleTransferError, match=words):
            masks_of(regions(*parts), PLACES)

    def test_come_back_from_a_run_as_they_were(self) -> None:
        feathered = regions(region(0, 20, None), region(20, 40, "painting_2", 0.5, number=1), feather=2.0)
        masks = masks_of(feathered, PLACES)
        opened = [Image.open(io.BytesIO(mask)) for mask in masks.masks]
        keep = Image.open(io.BytesIO(masks.keep or b""))
        back = regions_from(masks.paintings, opened, keep, masks.weights, name=str)
        assert [(each.name, each.painting, each.weight) for each in back.regions] == [
            ("1", None, 1.0),
            ("2", "painting_2", 0.5),
        ]
        again = masks_of(back, PLACES)
        assert (again.paintings, again.weights) == (masks.paintings, masks.weights)
        for one, other in zip((*again.masks, again.keep), (*masks.masks, masks.keep), strict=True):
            assert np.abs(pixels(one) - pixels(other))[pixels(masks.keep) < 200].max() <= 3


class TestShape:
    @pytest.mark.parametrize(("photo", "fits"), [((400, 600), True), ((6000, 9000), True), ((400, 620), False)])
    def test_regions_fit_photos_of_their_shape(self, photo: tuple[int, int], fits: bool) -> None:
        assert regions(region(0, 9, None)).fit(photo) == fits

    @pytest.mark.parametrize("photo", [(8000, 301), (301, 8000), (1000, 750), (1, 1), (640, 427)])
    def test_the_small_copy_fits_its_photo(self, photo: tuple[int, int]) -> None:
        width, height = photo
        assert Regions(small_size(photo)).fit((height, width))

    def test_regions_can_be_stretched_to_another_shape(self) -> None:
        wide = stretched(regions(region(0, 30, None), Region("Empty", COLORS[1], None)), (50, 200))
        assert wide.fit((500, 2000))
        with Image.open(io.BytesIO(wide.painted[0].mask or b"")) as opened:
            assert opened.size == (200, 50)
            assert np.asarray(opened).mean() == pytest.approx(127.5, abs=4)
        assert len(wide.regions) == 2
