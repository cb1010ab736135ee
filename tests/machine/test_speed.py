"""How fast a run goes, how long it will still take, and the trial that finds how fast the machine is."""

from collections.abc import Iterator

import pytest
from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.engine.scales import split_epochs
from styletransfer.machine.cost import epoch_work
from styletransfer.machine.speed import RunSpeed, Speed, measure_speed
from styletransfer.settings import Settings


def test_nothing_is_said_before_it_is_known() -> None:
    run = RunSpeed(Settings(), (450, 300))
    assert (run.epochs_per_second, run.seconds_left, run.of_machine("vgg16", "cpu", bfloat16=False)) == (
        None,
        None,
        None,
    )
    run.add(3.0, 1, (300, 450))
    assert (run.epochs_per_second, run.seconds_left) == (None, None)


def test_a_steady_run_at_one_scale() -> None:
    run = RunSpeed(Settings(size=500, epochs=100, scales=1), (2000, 1500))
    for epoch in range(1, 41):
        run.add(0.5 * epoch, epoch, (375, 500))
    assert run.epochs_per_second == pytest.approx(2.0)
    assert run.seconds_left == pytest.approx(30.0)
    speed = Speed("vgg16", "cpu", pytest.approx(0.5 / epoch_work((375, 500))), bfloat16=True)
    assert run.of_machine("vgg16", "cpu", bfloat16=True) == speed


def test_only_the_last_seconds_count() -> None:
    run = RunSpeed(Settings(size=500, epochs=100, scales=1), (2000, 1500))
    seconds = 0.0
    for epoch in range(1, 81):
        seconds += 5.0 if epoch < 40 else 0.5
        run.add(seconds, epoch, (375, 500))
    assert run.epochs_per_second == pytest.approx(2.0)


def test_a_tiny_picture_says_nothing_about_the_machine_s_speed() -> None:
    run = RunSpeed(Settings(size=128, epochs=100, scales=1), (2000, 1500))
    for epoch in range(1, 41):
        run.add(0.5 * epoch, epoch, (96, 128))
    assert run.epochs_per_second == pytest.approx(2.0)
    assert run.of_machine("vgg16", "cpu", bfloat16=False) is None


@pytest.mark.parametrize(("scales", "epochs"), [(1, 60), (2, 60), (2, 61), (3, 120), (3, 100)])
def test_time_left_knows_that_later_scales_take_longer(scales: int, epochs: int) -> None:
    sizes = []
    for scale, share in enumerate(split_epochs(epochs, scales)):
        sizes += share * [800 // 2 ** (scales - 1 - scale)]
    costs = [epoch_work((size * 3 // 4, size)) for size in sizes]
    run = RunSpeed(Settings(size=800, epochs=epochs, scales=scales), (2000, 1500))
    for epoch, size in enumerate(sizes):
        run.add(sum(costs[: epoch + 1]), epoch + 1, (size * 3 // 4, size))
        if run.seconds_left is not None:
            assert run.seconds_left == pytest.approx(sum(costs[epoch + 1 :]))


def test_a_given_shape_counts_as_the_final_size() -> None:
    run = RunSpeed(Settings(shape=(300, 450), size=2000, epochs=10, scales=1), (900, 900))
    for epoch in (1, 2, 3):
        run.add(epoch, epoch, (300, 450))
    assert run.seconds_left == pytest.approx(7.0)


def test_the_trial_is_small_and_keeps_to_network_and_device() -> None:
    seen: list[Settings] = []

    def paint(picture: Image.Image, settings: Settings) -> Iterator[Frame]:
        seen.append(settings)
        for epoch in range(1, settings.epochs + 1):
            terms = {"content": 1.0, "style": 1.0, "tv": 1.0, "total": 3.0}
            yield Frame(
                epoch=epoch,
                epochs=settings.epochs,
                scale=(picture.height, picture.width),
                losses=terms,  # type: ignore[arg-type]
                seconds=0.0,
                network="vgg19",
                device="mps",
            )

    speed = measure_speed(
        paint, Settings(network="vgg19", size=4096, epochs=500, stroke_size=4.0, style_shares=(1.0, 2.0))
    )
    assert (speed.network, speed.device) == ("vgg19", "mps")
    assert speed.seconds_per_megapixel > 0
    assert (seen[0].network, seen[0].size, seen[0].scales) == ("vgg19", 160, 1)
    assert seen[0].shares(1) == (1.0,)
