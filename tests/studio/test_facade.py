"""The studio as the page uses it, with an engine that needs no network."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from fake_engines import BROKEN_INPUT, BUG, OUT_OF_MEMORY
from PIL import Image
from run_inputs import given
from watching import FAKE, look, picture, until, wait_for, wait_for_epoch

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.recipe import read_recipe, sha256_of
from styletransfer.machine.cost import epoch_work
from styletransfer.settings import Settings, Weighting
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.studio import State, Studio

SETTINGS = Settings(size=96, content_weight=1.0, style_weight=1.0, tv_weight=1.0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def shared(home: Path) -> Iterator[Studio]:
    with closing(Studio(home, engine=FAKE).start()) as studio:
        until(lambda: studio.worker_ready)
        yield studio


@pytest.fixture
def studio(shared: Studio) -> Iterator[Studio]:
    """A warm studio in which nothing is painted."""
    yield shared
    for run_id in reversed(shared.active()):
        shared.stop(run_id)
    until(lambda: not shared.active())


def begin(studio: Studio, *, epochs: int = 2000, seed: int = 0, preview_every: int = 1) -> str:
    settings = replace(SETTINGS, epochs=epochs, seed=seed, preview_every=preview_every)
    return studio.submit(given(picture(), [("painting.png", picture("blue"))], photo_name="photo.png"), settings)


def test_where_pixels_are_clipped_the_newest_loss_of_the_saved_picture_is_known(studio: Studio) -> None:
    settings = replace(SETTINGS, epochs=25, bounded=False)
    run_id = studio.submit(given(picture(), [("", picture("blue"))]), settings)
    assert wait_for(studio, run_id, State.FINISHED).clipped == (20, 40.0)


def test_a_run_from_start_to_finish(studio: Studio) -> None:
    run_id = begin(studio, epochs=40)
    snapshot = wait_for(studio, run_id, State.FINISHED)
    assert (snapshot.epoch, snapshot.epochs, snapshot.scale) == (40, 40, (64, 96))
    assert snapshot.losses.epochs == tuple(range(1, 41))
    assert snapshot.losses.total[-1] == pytest.approx(1.5)
    assert snapshot.preview_epoch == 40
    assert (snapshot.network, snapshot.photo_name, snapshot.painting_names) == ("fake", "photo.png", ("painting.png",))
    assert (snapshot.seconds_left, snapshot.epochs_per_second, snapshot.requested) == (None, None, None)
    with Image.open(BytesIO(snapshot.preview or b"")) as preview:
        assert (preview.format, preview.size) == ("JPEG", (96, 64))
    result = studio.result_path(run_id)
    assert result is not None
    with Image.open(result) as image:
        assert image.getpixel((0, 0)) == (0, 0, 255)  # the engine fades to the painting
    csv = studio.losses_csv(run_id)
    assert csv is not None
    assert len(csv.splitlines()) == 41
    assert studio.settings(run_id) == replace(SETTINGS, epochs=40)
    inputs = studio.inputs(run_id)
    assert inputs is not None
    assert [path.read_bytes() for path in inputs] == [picture(), picture("blue")]
    assert studio.timeline(run_id)[-1][0] == 40
    assert studio.recent()[0] == run_id
    assert studio.active() == []


def test_snapshots_only_ever_move_on(studio: Studio) -> None:
    run_id = begin(studio, epochs=120)
    seen = [look(studio, run_id)]
    while not seen[-1].state.over:
        seen.append(look(studio, run_id))
        time.sleep(0.002)
    order = [State.STARTING, State.PAINTING, State.FINISHED]
    for earlier, later in pairwise(seen):
        assert order.index(earlier.state) <= order.index(later.state)
        assert earlier.epoch <= later.epoch
        assert earlier.preview_epoch <= later.preview_epoch <= later.epoch
        assert earlier.previews_seen <= later.previews_seen
        assert (earlier.preview == later.preview) == (earlier.previews_seen == later.previews_seen)
        assert len(later.losses.epochs) == later.epoch
    assert seen[-1].previews_seen >= 3
    painting = [snapshot for snapshot in seen if snapshot.state is State.PAINTING and snapshot.epoch > 30]
    assert all(1 < (snapshot.epochs_per_second or 0) < 110 for snapshot in painting)
    assert all(0 <= (snapshot.seconds_left or 0) < 100 for snapshot in painting)


def test_later_runs_wait_for_their_turn(studio: Studio) -> None:
    first, second, third = (begin(studio, epochs=30) for _ in range(3))
    assert studio.active() == [first, second, third]
    assert [look(studio, run_id).place for run_id in (first, second, third)] == [0, 1, 2]
    assert look(studio, third).state is State.QUEUED
    wait_for(studio, first, State.FINISHED)
    assert look(studio, third).place == 1
    wait_for(studio, second, State.FINISHED)
    assert wait_for(studio, third, State.FINISHED).place == 0


def test_a_waiting_run_can_be_taken_out_of_the_queue(studio: Studio) -> None:
    first, second, third = (begin(studio, epochs=30) for _ in range(3))
    studio.stop(second)
    snapshot = look(studio, second)
    assert (snapshot.state, snapshot.epoch) == (State.STOPPED, 0)
    assert "queue" in str(snapshot.message)
    assert look(studio, third).place == 1
    assert studio.result_path(second) is None
    wait_for(studio, first, State.FINISHED)
    wait_for(studio, third, State.FINISHED)


def test_stop_acts_at_once_and_keeps_what_is_painted(studio: Studio) -> None:
    run_id = begin(studio)
    wait_for_epoch(studio, run_id, 20)
    began = time.monotonic()
    studio.stop(run_id)
    snapshot = wait_for(studio, run_id, State.STOPPED)
    assert time.monotonic() - began < 0.5
    assert 20 <= snapshot.epoch < 200
    assert snapshot.preview_epoch == snapshot.epoch
    result = studio.result_path(run_id)
    assert result is not None
    with Image.open(result) as image:
        assert image.size == (96, 64)


def test_a_paused_run_stands_still_and_goes_on(studio: Studio) -> None:
    run_id = begin(studio)
    wait_for_epoch(studio, run_id, 10)
    studio.pause(run_id)
    held = wait_for(studio, run_id, State.PAUSED)
    assert held.requested is None
    studio.pause(run_id)  # once more changes nothing
    time.sleep(0.3)
    later = look(studio, run_id)
    assert (later.epoch, later.seconds, later.requested) == (held.epoch, held.seconds, None)
    studio.resume(run_id)
    wait_for_epoch(studio, run_id, held.epoch + 10)
    assert look(studio, run_id).seconds < held.seconds + 0.28  # the pause does not count
    assert look(studio, run_id).state is State.PAINTING


def test_a_paused_run_can_be_stopped(studio: Studio) -> None:
    run_id = begin(studio)
    wait_for_epoch(studio, run_id, 5)
    studio.pause(run_id)
    wait_for(studio, run_id, State.PAUSED)
    studio.stop(run_id)
    snapshot = wait_for(studio, run_id, State.STOPPED)
    assert snapshot.preview_epoch == snapshot.epoch >= 5


def test_every_order_of_wishes_ends_in_the_last_one(studio: Studio) -> None:
    run_id = begin(studio)
    for _ in range(20):
        studio.pause(run_id)
        studio.resume(run_id)
    until(lambda: look(studio, run_id).requested is None)
    assert look(studio, run_id).state in (State.STARTING, State.PAINTING)
    studio.pause(run_id)
    studio.stop(run_id)
    studio.resume(run_id)
    wait_for(studio, run_id, State.STOPPED)


def test_a_wish_shows_until_it_is_granted(studio: Studio) -> None:
    run_id = begin(studio)
    wait_for_epoch(studio, run_id, 1)
    studio.stop(run_id)
    snapshot = look(studio, run_id)
    assert snapshot.requested == "stop" or snapshot.state is State.STOPPED


def test_weights_can_be_changed_on_the_way(studio: Studio, home: Path) -> None:
    run_id, waiting = begin(studio), begin(studio, epochs=3)
    wait_for_epoch(studio, run_id, 5)
    assert look(studio, run_id).losses.tv[-1] == 0.5
    studio.steer(run_id, Weighting(1.0, 2.0, 8.0))
    studio.steer(waiting, Weighting(1.0, 1.0, 6.0))
    until(lambda: look(studio, run_id).losses.tv[-1] == 4.0)
    ((epoch, weighting),) = look(studio, run_id).steered
    assert weighting == Weighting(1.0, 2.0, 8.0)
    assert dict(zip(look(studio, run_id).losses.epochs, look(studio, run_id).losses.tv, strict=True))[epoch] == 4.0
    studio.stop(run_id)
    steered = wait_for(studio, run_id, State.STOPPED).steered
    assert Run(home / run_id).read().steered == steered == ((epoch, weighting),)
    finished = wait_for(studio, waiting, State.FINISHED)
    assert finished.losses.tv == (3.0, 3.0, 3.0)
    studio.steer(waiting, Weighting(1.0, 1.0, 1.0))
    studio.steer("../..", Weighting(1.0, 1.0, 1.0))


@pytest.mark.parametrize("wish", ["pause", "resume", "stop"])
@pytest.mark.parametrize("run_id", ["", "../..", "20200101-000000-abcdef"])
def test_wishes_for_unknown_runs_are_void(studio: Studio, wish: str, run_id: str) -> None:
    getattr(studio, wish)(run_id)
    assert studio.snapshot(run_id) is None


def test_wishes_for_a_run_that_is_over_are_void(studio: Studio) -> None:
    run_id = begin(studio, epochs=2)
    finished = wait_for(studio, run_id, State.FINISHED)
    studio.stop(run_id)
    studio.pause(run_id)
    assert studio.snapshot(run_id) == finished


@pytest.mark.parametrize(
    ("seed", "error", "remedy"),
    [
        (BROKEN_INPUT, "This cannot be painted; try another.", None),
        (BUG, "The painting broke off because of a fault in the program.", "worker.log"),
        (OUT_OF_MEMORY, "There was not enough memory to paint at this resolution.", "smaller resolution"),
    ],
)
def test_a_failing_engine_ends_its_run_and_no_other(
    studio: Studio, home: Path, seed: int, error: str, remedy: str | None
) -> None:
    failing, next_one = begin(studio, seed=seed), begin(studio, epochs=5)
    snapshot = wait_for(studio, failing, State.FAILED)
    assert (snapshot.epoch, snapshot.preview_epoch) == (3, 3)
    assert snapshot.error == error
    assert (remedy or "") in (snapshot.remedy or "")
    assert studio.result_path(failing) is not None
    wait_for(studio, next_one, State.FINISHED)
    if seed == BUG:
        assert "ValueError: a bug" in (home / "worker.log").read_text()


def test_a_run_whose_settings_ask_for_few_previews_is_seen_all_the_same(studio: Studio) -> None:
    run_id = begin(studio, epochs=20, preview_every=50)
    snapshot = wait_for(studio, run_id, State.FINISHED)
    assert len(snapshot.losses.epochs) == 20
    assert snapshot.preview is not None
    assert snapshot.preview_epoch == 20
    assert studio.result_path(run_id) is not None


@pytest.mark.parametrize(("photo", "painting"), [(b"", picture()), (picture(), b"no picture")])
def test_a_bad_picture_is_refused_before_anything_is_written(studio: Studio, photo: bytes, painting: bytes) -> None:
    before = studio.recent(1000)
    with pytest.raises(StyleTransferError, match=r"holiday\.png"):
        studio.submit(given(photo, [("holiday.png", painting)], photo_name="holiday.png"), Settings())
    assert studio.recent(1000) == before


def test_several_paintings_and_a_start_reach_the_engine(studio: Studio) -> None:
    paintings = [("a.png", picture("blue")), ("b.png", picture("green"))]
    first = begin(studio, epochs=5)
    settings = replace(SETTINGS, epochs=5, style_shares=(1.0, 3.0))
    run_id = studio.submit(given(picture(), paintings, start=picture("white")), settings, parent=(first, 5))
    snapshot = wait_for(studio, run_id, State.FINISHED)
    assert snapshot.painting_names == ("a.png", "b.png")
    assert snapshot.parent == (first, 5)
    inputs, result = studio.inputs(run_id), studio.result_path(run_id)
    assert inputs is not None
    assert [path.read_bytes() for path in inputs] == [picture(), *(data for _, data in paintings), picture("white")]
    assert result is not None
    recipe = read_recipe(result)
    assert recipe is not None
    assert recipe.inputs.paintings == tuple(sha256_of(data) for _, data in paintings)


def test_masks_are_kept_with_the_run_and_named_in_its_recipe(studio: Studio) -> None:
    masks = tuple(PictureFile("", picture(color)) for color in ("white", "#888"))
    keep = PictureFile("", picture("#333"))
    inputs = replace(given(picture(), [("", picture()), ("", picture("blue"))]), masks=masks, keep=keep)
    run_id = studio.submit(inputs, replace(SETTINGS, epochs=2, region_weights=(1.0, 0.5)))
    wait_for(studio, run_id, State.FINISHED)
    written, result = studio.inputs(run_id), studio.result_path(run_id)
    assert written is not None
    assert [path.name for path in (*written.masks, written.keep or Path())] == ["mask.png", "mask-2.png", "keep.png"]
    assert [path.read_bytes() for path in written] == [file.data for file in inputs]
    assert result is not None
    recipe = read_recipe(result)
    assert recipe is not None
    assert recipe.inputs == inputs.map(lambda file: sha256_of(file.data))
    for wrong, said in (
        (replace(inputs, masks=masks[:1]), "one mask for each painting"),
        (replace(inputs, masks=(masks[0], PictureFile("", picture(size=(80, 80))))), "Mask 2 has another shape"),
        (replace(inputs, keep=PictureFile("face.png", b"")), r"face\.png"),
    ):
        with pytest.raises(StyleTransferError, match=said):
            studio.submit(wrong, SETTINGS)


@pytest.mark.parametrize(
    ("paintings", "shares", "words"),
    [
        (0, None, "0 paintings were given"),
        (5, None, "it takes 1 to 4"),
        (2, (1.0,), "the number of shares is 1"),
    ],
)
def test_paintings_that_do_not_fit_are_refused(
    studio: Studio, paintings: int, shares: tuple[float, ...] | None, words: str
) -> None:
    with pytest.raises(StyleTransferError, match=words):
        studio.submit(given(picture(), [("", picture())] * paintings), replace(SETTINGS, style_shares=shares))


def test_a_second_studio_shows_the_runs_of_the_first(studio: Studio, home: Path) -> None:
    over, live = begin(studio, epochs=5), begin(studio)
    wait_for_epoch(studio, live, 3)
    with closing(Studio(home, engine=FAKE).start()) as other:
        seen = look(other, over)
        assert (seen.state, seen.epoch, seen.preview_epoch) == (State.FINISHED, 5, 5)
        assert seen.losses.epochs == look(studio, over).losses.epochs
        assert seen.losses.total == pytest.approx(look(studio, over).losses.total, rel=1e-5)
        assert look(other, live).state is State.PAINTING
        other.stop(live)  # not this one's to stop
    assert look(studio, live).state is State.PAINTING


def test_the_machine_s_speed_is_measured_and_kept(home: Path, studio: Studio) -> None:
    assert studio.speed(Settings(network="vgg19")) is None
    settings = Settings(size=192, epochs=30, scales=1)
    finished = studio.submit(given(picture(), [("", picture())]), settings)
    wait_for(studio, finished, State.FINISHED)
    speeds = json.loads((home / "speeds.json").read_text())
    step = speeds["cpu"]["fake auto"][0] * epoch_work((128, 192))
    assert 0.01 < step < 0.5  # a fake step takes 10 ms, more on a busy machine
    assert (speeds["auto"], studio.device("auto"), studio.device("mps")) == ("cpu", "cpu", "mps")


def test_a_closed_studio_says_so(tmp_path: Path) -> None:
    studio = Studio(tmp_path, engine=FAKE)
    with pytest.raises(StyleTransferError, match="closed"):
        begin(studio)
    studio.close()
