"""Speed and time left of a run."""

import pytest

from styletransfer.engine.scales import split_epochs
from styletransfer.machine.cost import epoch_work
from styletransfer.machine.pace import Pace
from styletransfer.settings import Settings


def test_nothing_is_said_before_it_is_known() -> None:
    pace = Pace(Settings(), (450, 300))
    assert (pace.epochs_per_second, pace.seconds_left, pace.seconds_per_megapixel) == (None, None, None)
    pace.add(3.0, 1, (300, 450))
    assert (pace.epochs_per_second, pace.seconds_left) == (None, None)


def test_a_steady_run_at_one_scale() -> None:
    pace = Pace(Settings(size=500, epochs=100, scales=1), (2000, 1500))
    for epoch in range(1, 41):
        pace.add(0.5 * epoch, epoch, (375, 500))
    assert pace.epochs_per_second == pytest.approx(2.0)
    assert pace.seconds_left == pytest.approx(30.0)
    assert pace.seconds_per_megapixel == pytest.approx(0.5 / epoch_work((375, 500)))


def test_only_the_last_seconds_count() -> None:
    pace = Pace(Settings(size=500, epochs=100, scales=1), (2000, 1500))
    seconds = 0.0
    for epoch in range(1, 81):
        seconds += 5.0 if epoch < 40 else 0.5
        pace.add(seconds, epoch, (375, 500))
    assert pace.epochs_per_second == pytest.approx(2.0)


def test_a_tiny_picture_says_nothing_about_the_machine_s_speed() -> None:
    pace = Pace(Settings(size=128, epochs=100, scales=1), (2000, 1500))
    for epoch in range(1, 41):
        pace.add(0.5 * epoch, epoch, (96, 128))
    assert pace.epochs_per_second == pytest.approx(2.0)
    assert pace.seconds_per_megapixel is None


@pytest.mark.parametrize(("scales", "epochs"), [(1, 60), (2, 60), (2, 61), (3, 120), (3, 100)])
def test_time_left_knows_that_later_scales_take_longer(scales: int, epochs: int) -> None:
    sizes = []
    for scale, share in enumerate(split_epochs(epochs, scales)):
        sizes += share * [800 // 2 ** (scales - 1 - scale)]
    costs = [epoch_work((size * 3 // 4, size)) for size in sizes]
    pace = Pace(Settings(size=800, epochs=epochs, scales=scales), (2000, 1500))
    for epoch, size in enumerate(sizes):
        pace.add(sum(costs[: epoch + 1]), epoch + 1, (size * 3 // 4, size))
        if pace.seconds_left is not None:
            assert pace.seconds_left == pytest.approx(sum(costs[epoch + 1 :]))


def test_a_given_shape_counts_as_the_final_size() -> None:
    pace = Pace(Settings(shape=(300, 450), size=2000, epochs=10, scales=1), (900, 900))
    for epoch in (1, 2, 3):
        pace.add(epoch, epoch, (300, 450))
    assert pace.seconds_left == pytest.approx(7.0)
