"""What a painting is reckoned to take, before it is begun."""

from dataclasses import replace

import pytest

from styletransfer.engine.memory_bounds import history_length, is_large
from styletransfer.engine.scales import split_epochs
from styletransfer.machine import cost
from styletransfer.settings import PRESETS, Settings

PHOTO = (600, 400)
"""(width, height)"""


def test_work_grows_with_the_pixels_and_coarse_scales_are_cheap() -> None:
    small, large = Settings(size=400, scales=1), Settings(size=800, scales=1)
    assert 3.1 < cost.work(PHOTO, large) / cost.work(PHOTO, small) < 4.0
    two_scales = cost.work(PHOTO, Settings(size=800, scales=2)) / cost.work(PHOTO, large)
    assert 0.6 < two_scales < 0.8


def test_large_pictures_are_worked_through_in_stripes_which_takes_longer() -> None:
    whole, striped = (724, 724), (724, 728)
    assert (is_large(whole), is_large(striped)) == (False, True)
    assert 1.05 < cost.epoch_work(striped) / cost.epoch_work(whole) < 1.5


def test_the_parts_of_a_run_make_the_whole_but_for_a_second_look() -> None:
    settings = Settings(size=400, epochs=60, scales=2)
    whole = cost.work(PHOTO, settings)
    turn = split_epochs(60, 2)[0]  # where the second scale begins, and looks anew anyway
    assert cost.work(PHOTO, settings, 1, 0, turn) + cost.work(PHOTO, settings, 1, turn) == pytest.approx(whole)
    assert cost.work(PHOTO, settings, 1, 60) == 0
    assert cost.work(PHOTO, settings, 1, 59) > cost.epoch_work((267, 400))


def test_more_paintings_and_broader_strokes_are_more_to_look_at() -> None:
    usual = cost.work(PHOTO, Settings())
    assert usual < cost.work(PHOTO, Settings(), 4) < 1.1 * usual
    assert cost.work(PHOTO, Settings(stroke_size=4.0)) > cost.work(PHOTO, Settings(stroke_size=2.0)) > usual


@pytest.mark.parametrize("sizes", [range(64, 880, 32), range(896, 8193, 256)], ids=["whole", "striped"])
def test_memory_grows_with_the_size(sizes: range) -> None:
    needed = [cost.memory(PHOTO, Settings(size=size, optimizer="adam"), bfloat16=False) for size in sizes]
    assert needed == sorted(needed)


@pytest.mark.parametrize("size", [64, 450, 768, 1024, 4096])
def test_half_precision_takes_less_memory(size: int) -> None:
    assert cost.memory(PHOTO, Settings(size=size), bfloat16=True) < cost.memory(
        PHOTO, Settings(size=size), bfloat16=False
    )


def test_lbfgs_remembers_and_a_large_picture_fewer_steps() -> None:
    assert history_length(100_000) > history_length(30_000_000) >= 3
    for size in (300, 1000, 4000):
        remembering, forgetful = (Settings(size=size, optimizer=name) for name in ("lbfgs", "adam"))
        assert cost.memory(PHOTO, remembering, bfloat16=False) > cost.memory(PHOTO, forgetful, bfloat16=False)


@pytest.mark.parametrize("free", [1_200_000_000, 1_500_000_000, 1_800_000_000, 2_500_000_000, 9_000_000_000])
@pytest.mark.parametrize("preset", PRESETS)
def test_the_largest_size_that_fits_fits_and_the_next_does_not(preset: str, free: int) -> None:
    largest = cost.largest_size(PHOTO, PRESETS[preset], free, bfloat16=False)
    assert largest is not None
    settings = replace(PRESETS[preset], size=largest, shape=None)
    assert cost.memory(PHOTO, settings, bfloat16=False) <= free
    if largest < 8192:
        larger = replace(settings, size=largest + 32)
        assert cost.memory(PHOTO, larger, bfloat16=False) > free


def test_nothing_fits_into_nothing() -> None:
    assert cost.largest_size(PHOTO, Settings(), 100_000_000, bfloat16=False) is None


@pytest.mark.parametrize(
    ("size", "bfloat16", "measured"),
    [
        (1300, False, 1300), (1600, False, 1538), (1900, False, 1751), (2400, False, 1666), (3200, False, 2308),
        (1300, True, 1631), (1600, True, 1653), (1900, True, 1878), (2400, True, 1725), (3200, True, 2604),
    ],
)  # fmt: skip
def test_a_square_painting_beside_a_long_narrow_photo_counts(size: int, bfloat16: bool, measured: int) -> None:
    """It has eight times the picture's pixels. Megabytes at the peak of a process, on two cores with AVX-512."""
    told = cost.memory((1600, 200), Settings(size=size), bfloat16=bfloat16) / 1e6
    assert 0.98 * measured < told < 1.2 * measured


def test_looking_at_the_painting_of_a_long_narrow_photo_takes_time() -> None:
    for size in (400, 800):
        settings = Settings(size=size, scales=1, epochs=1)
        looks = cost.work((1600, 200), settings) / cost.epoch_work((size // 8, size)) - 1
        assert looks == pytest.approx(0.45 * (1 + 8))


@pytest.mark.parametrize("bfloat16", [False, True])
@pytest.mark.parametrize("photo", [(600, 400), (400, 400), (300, 400)])
def test_beside_a_usual_photo_no_painting_needs_more_memory(photo: tuple[int, int], bfloat16: bool) -> None:
    for size in range(64, 4096, 96):
        settings = Settings(size=size)
        small = cost.memory(photo, replace(settings, stroke_size=0.25), bfloat16=bfloat16)
        assert cost.memory(photo, settings, bfloat16=bfloat16) == small


def test_a_given_shape_counts_instead_of_the_size() -> None:
    assert cost.memory(PHOTO, Settings(shape=(300, 450), size=4000), bfloat16=False) == cost.memory(
        PHOTO, Settings(size=450), bfloat16=False
    )
