"""Superpixels: patches of one colour that follow edges."""

import numpy as np
import pytest
from PIL import Image

from styletransfer.imaging.superpixels import superpixels
from styletransfer.support.paths import sample_photos

PHOTOS = {path.stem: path for path in sample_photos()}


@pytest.mark.parametrize("size", [(200, 120), (1024, 20), (33, 400)])
def test_every_pixel_belongs_to_a_patch_and_no_number_is_left_out(size: tuple[int, int]) -> None:
    labels = superpixels(Image.effect_noise(size, 60).convert("RGB"), 300)
    assert labels.shape == size[::-1]
    assert set(np.unique(labels)) == set(range(labels.max() + 1))


def test_patches_do_not_cross_an_edge() -> None:
    photo = Image.new("RGB", (200, 150), "steelblue")
    photo.paste("darkorange", (0, 0, 83, 150))
    labels = superpixels(photo, 200)
    orange = np.asarray(photo)[..., 0] > 200
    for label in range(labels.max() + 1):
        inside = orange[labels == label]
        assert min(inside.sum(), (~inside).sum()) <= 0.1 * inside.size


@pytest.mark.parametrize("name", ["portrait", "mountains", "raccoon"])
def test_a_photo_becomes_about_as_many_patches_as_wanted_each_near_one_colour(name: str) -> None:
    photo = Image.open(PHOTOS[name]).convert("RGB")
    labels = superpixels(photo, 2200)
    assert 1500 < labels.max() < 3000
    pixels = np.asarray(photo, dtype=float)
    means = np.stack([np.bincount(labels.ravel(), pixels[..., c].ravel()) for c in range(3)], axis=1)
    means /= np.bincount(labels.ravel())[:, None]
    left, all_of_it = (pixels - means[labels]).std(), pixels.std()
    assert left < 0.4 * all_of_it
