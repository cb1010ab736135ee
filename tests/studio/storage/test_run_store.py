"""A run on disk and the run store of all runs."""

import json
import math
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from run_inputs import given

from styletransfer.engine.frames import Frame
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.recipe import read_recipe, sha256_of
from styletransfer.settings import Settings, Weighting
from styletransfer.studio.snapshot import Ended, State
from styletransfer.studio.storage.loss_history import POINTS, History, read_history, read_losses
from styletransfer.studio.storage.run_folder import Run, Submission
from styletransfer.studio.storage.run_store import RunStore
from styletransfer.studio.storage.server_lock import ServerLock
from styletransfer.studio.worker.preview_keeper import FRAMES_KEPT
from styletransfer.studio.worker.recorder import Recorder, encode_preview
from styletransfer.support.throttle import Throttle

EARLIER = "20260102-030405-abc123"
"""The id of a run."""


@pytest.fixture
def run_store(tmp_path: Path) -> Iterator[RunStore]:
    with closing(RunStore(tmp_path)) as opened:
        yield opened


def picture(color: str = "red", kind: str = "PNG") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (120, 80), color).save(buffer, kind)
    return buffer.getvalue()


def new_run(folder: Path, server: str = "nobody", **settings: object) -> Run:
    return Run.create(folder, submission(**settings), server=server)


def submission(**settings: object) -> Submission:
    return Submission(
        inputs=given(picture(), (("../../painting.jpg", picture("blue", "JPEG")),), photo_name="my photo.png"),
        settings=Settings(**settings),
    )


def frame(epoch: int, epochs: int, image: Image.Image | None = None) -> Frame:
    losses = {"content": 1.0, "style": 2.0, "tv": 0.5, "total": 3.5}
    return Frame(
        epoch=epoch, epochs=epochs, scale=(80, 120), losses=losses, seconds=epoch / 10, image=image, network="fake"
    )


def losses(total: float) -> dict[str, float]:
    return {"content": total, "style": 0.0, "tv": 0.0, "total": total}


# --- the folder ---------------------------------------------------------------------------------------------------


def test_a_new_run_holds_its_inputs_and_settings_as_given(tmp_path: Path) -> None:
    run = new_run(tmp_path, size=128, seed=7)
    inputs = run.inputs()
    assert (inputs.photo.name, *(path.name for path in inputs.paintings)) == ("photo.png", "painting.jpg")
    assert inputs.photo.read_bytes() == picture()
    assert inputs.paintings[0].read_bytes() == picture("blue", "JPEG")
    assert inputs.start is None
    assert run.settings() == Settings(size=128, seed=7)
    assert run.read().state is State.QUEUED
    assert run.read().painting_names == ("../../painting.jpg",)
    assert list(tmp_path.iterdir()) == [run.folder]


def test_every_painting_and_the_start_are_kept_as_given(tmp_path: Path) -> None:
    paintings = (("wave", picture("blue")), ("ink", picture("black", "JPEG")), ("wave", picture("blue")))
    inputs = given(picture(), paintings, start=picture("white", "WEBP"))
    wanted = replace(submission(), inputs=inputs, parent=(EARLIER, 12))
    run = Run.create(tmp_path, wanted, server="nobody")
    kept = run.inputs()
    assert [path.name for path in kept.paintings] == ["painting.png", "painting-2.jpg", "painting-3.png"]
    assert kept.start == run.folder / "start.webp"
    assert [path.read_bytes() for path in kept] == [file.data for file in inputs]
    assert run.read().painting_names == ("wave", "ink", "wave")
    assert run.read().parent == (EARLIER, 12)


FIRST_LAYOUT = {
    "version": 1,
    "state": "stopped",
    "epoch": 7,
    "epochs": 60,
    "scale": [150, 225],
    "seconds": 3.2,
    "steered": [[5, [1.0, 20000.0, 3.0]]],
    "network": "vgg16",
    "message": None,
    "error": None,
    "remedy": None,
    "created": 1795439123.5,
    "server": "1234-abcd",
    "photo": "photo.png",
    "painting": "painting.jpg",
    "photo_name": "cat.png",
    "painting_name": "wave.jpg",
}
"""state.json as version 0.1 wrote it, and the settings of that time."""
FIRST_SETTINGS = {
    "size": 450, "shape": None, "epochs": 60, "content_weight": 1.0, "style_weight": 10000.0, "tv_weight": 3.0,
    "network": "auto", "weights": None, "content_layers": ["relu4_last"], "style_layers": ["relu1_1", "relu2_1"],
    "style_layer_weights": None, "pooling": "max", "normalized": True, "init": "photo", "seed": 0, "device": "auto",
    "optimizer": "lbfgs", "learning_rate": 0.3, "decay_every": 50, "decay": 0.8, "scales": 2, "pyramid": 3,
    "preview_every": 1,
}  # fmt: skip


def test_a_run_of_the_first_layout_opens(tmp_path: Path, run_store: RunStore) -> None:
    folder = tmp_path / EARLIER
    (folder / "frames").mkdir(parents=True)
    (folder / "state.json").write_text(json.dumps(FIRST_LAYOUT))
    (folder / "settings.json").write_text(json.dumps(FIRST_SETTINGS))
    (folder / "photo.png").write_bytes(picture())
    (folder / "painting.jpg").write_bytes(picture("blue", "JPEG"))
    snapshot = run_store.snapshot(EARLIER)
    assert snapshot is not None
    assert (snapshot.state, snapshot.error, snapshot.epoch) == (State.STOPPED, None, 7)
    assert (snapshot.photo_name, snapshot.painting_names) == ("cat.png", ("wave.jpg",))
    assert snapshot.steered == ((5, Weighting(1.0, 20000.0, 3.0)),)
    assert run_store.settings(EARLIER) == Settings(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in FIRST_SETTINGS.items()},
        style_loss="gram",
        padding="zeros",
        bounded=False,
        tv_loss="absolute",  # as it was painted
    )
    inputs = run_store.inputs(EARLIER)
    assert inputs is not None
    assert inputs.paintings == (folder / "painting.jpg",)
    run = Run(folder)
    run.write(run.read())  # as a change of state does
    assert run.read().painting_names == ("wave.jpg",)


def test_ids_sort_in_the_order_of_creation(tmp_path: Path) -> None:
    ids = [new_run(tmp_path).run_id for _ in range(5)]
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    "run_id",
    ["", "..", "../..", "/etc/passwd", "20261123-134455-ab12cd/..", "20261123-134455-AB12CD",
     "20261123-134455-ab12cd\n", "٢٠٢٦١١٢٣-134455-ab12cd", "x" * 10_000, "20261123-134455-ab12cd\0"],
)  # fmt: skip
def test_what_is_no_id_never_touches_the_disk(run_store: RunStore, tmp_path: Path, run_id: str) -> None:
    assert Run.find(tmp_path, run_id) is None
    assert run_store.snapshot(run_id) is None
    assert run_store.result(run_id) is None
    assert run_store.losses_csv(run_id) is None
    assert run_store.timeline(run_id) == []
    assert run_store.inputs(run_id) is None
    assert run_store.settings(run_id) is None


def test_a_file_in_the_place_of_a_run_is_none(tmp_path: Path) -> None:
    (tmp_path / "20261123-134455-ab12cd").touch()
    assert Run.find(tmp_path, "20261123-134455-ab12cd") is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"{}", b'{"version": 1, "state": "dreaming"}', b"\xff\xfe"])
def test_a_damaged_run_is_shown_as_failed_with_a_sentence(tmp_path: Path, run_store: RunStore, damage: bytes) -> None:
    run = new_run(tmp_path)
    (run.folder / "state.json").write_bytes(damage)
    snapshot = run_store.snapshot(run.run_id)
    assert snapshot is not None
    assert snapshot.state is State.FAILED
    assert "damaged" in str(snapshot.error)


def test_a_run_of_another_version_says_so(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    path = run.folder / "state.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
    with pytest.raises(StyleTransferError, match="another version"):
        run.read()


@pytest.mark.parametrize(
    "forged", [{"photo": "../../secret.png"}, {"paintings": ("a.png", "/etc/b.png")}, {"start": "../start.png"}]
)
def test_a_forged_record_cannot_point_out_of_its_folder(tmp_path: Path, forged: dict[str, Any]) -> None:
    run = new_run(tmp_path)
    record = run.read()
    run.write(replace(record, inputs=replace(record.inputs, **forged)))
    with pytest.raises(StyleTransferError, match="damaged"):
        run.inputs()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the super-user may write anywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StyleTransferError, match="free some space"):
        new_run(tmp_path)


def test_a_home_that_is_a_file_is_said(tmp_path: Path) -> None:
    home = tmp_path / "runs"
    home.touch()
    with pytest.raises(StyleTransferError, match="free some space or allow writing"):
        RunStore(home)


# --- the loss curves ----------------------------------------------------------------------------------------------


def test_the_curves_are_whole_while_they_are_short() -> None:
    history = History()
    for epoch in range(1, 100):
        history.add(epoch, losses(1 / epoch), (80, 120))
    curves = history.curves()
    assert curves.epochs == tuple(range(1, 100))
    assert curves.total == tuple(1 / epoch for epoch in range(1, 100))


@pytest.mark.parametrize("epochs", [POINTS - 1, POINTS, POINTS + 1, 5_000, 100_000])
def test_long_curves_are_thinned_evenly_between_the_first_and_the_newest(epochs: int) -> None:
    history = History()
    for epoch in range(1, epochs + 1):
        history.add(epoch, losses(float(epoch)), (80, 120))
    curves = history.curves()
    assert POINTS // 2 - 1 <= len(curves.epochs) <= POINTS
    assert curves.epochs[0] == 1
    assert curves.epochs[-1] == epochs
    assert curves.total == tuple(map(float, curves.epochs))
    gaps = {later - earlier for earlier, later in zip(curves.epochs[:-2], curves.epochs[1:-1], strict=True)}
    assert len(gaps) == 1


def test_no_curves_without_epochs() -> None:
    assert History().curves().epochs == ()


def test_the_curves_tell_where_the_picture_grew(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    scales = {1: "40,60", 2: "40,60", 3: "80,120", 4: "240,160"}
    rows = [f"{epoch},0.1,{scale},1,2,3,6" for epoch, scale in scales.items()]
    path.write_text("\n".join(["epoch,seconds,height,width,content,style,tv,total", *rows, ""]))
    history = read_history(path)
    assert history.curves().sizes == ((1, 60), (3, 120), (4, 240))
    history.cut(4)
    assert history.curves().sizes == ((1, 60), (3, 120))


def test_a_losses_file_that_was_cut_off_is_read_up_to_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    path.write_text("epoch,seconds,height,width,content,style,tv,total\n1,0.1,8,8,1,2,3,6\n2,0.2,8,8,1,2,3,6\n3,0.3,8")
    assert read_losses(path).epochs == (1, 2)
    assert read_losses(tmp_path / "none.csv").epochs == ()


# --- the recorder -------------------------------------------------------------------------------------------------


def test_a_recorded_run_can_be_read_back(tmp_path: Path) -> None:
    run = new_run(tmp_path, epochs=3)
    recorder = Recorder(run)
    image = Image.new("RGBA", (1500, 1000), (200, 30, 30, 128))
    assert recorder.add(frame(1, 3), 0.1) is None
    first = recorder.add(frame(2, 3, image), 0.2)
    assert first is not None
    with Image.open(BytesIO(first)) as preview:
        assert (preview.format, preview.size) == ("JPEG", (1024, 683))
    recorder.add(frame(3, 3, Image.new("RGB", (1500, 1000), "green")), 0.3)
    recorder.finish(Ended(run_id=run.run_id, state=State.FINISHED))
    last = recorder.last_preview()
    assert last is not None
    assert last[0] == 3
    record = run.read()
    assert (record.state, record.epoch, record.scale, record.seconds) == (State.FINISHED, 3, (80, 120), 0.3)
    assert [epoch for epoch, _ in run.timeline()] == [2, 3]
    with Image.open(run.result) as result:
        assert (result.size, result.getpixel((0, 0))) == ((1500, 1000), (0, 128, 0))
    recipe = read_recipe(run.result)
    assert recipe is not None
    assert (recipe.settings, recipe.network) == (replace(run.settings(), precision="full"), "fake")
    assert recipe.inputs.photo == sha256_of(picture())
    assert run.losses.read_text().splitlines() == [
        "epoch,seconds,height,width,content,style,tv,total",
        "1,0.100,80,120,1,2,0.5,3.5",
        "2,0.200,80,120,1,2,0.5,3.5",
        "3,0.300,80,120,1,2,0.5,3.5",
    ]
    assert read_losses(run.losses).total == (3.5, 3.5, 3.5)


def test_the_recipe_of_a_run_that_was_stopped_tells_how_far_it_came(tmp_path: Path) -> None:
    run = new_run(tmp_path, epochs=20)
    recorder = Recorder(run)
    recorder.add(frame(1, 20), 0.1)
    recorder.add(frame(2, 20, Image.new("RGB", (96, 64), "green")), 0.2)
    recorder.steer(Weighting(9, 9, 9))  # nothing has been painted with these
    recorder.finish(Ended(run_id=run.run_id, state=State.STOPPED))
    recipe = read_recipe(run.result)
    assert recipe is not None
    assert (recipe.settings.epochs, recipe.parts, recipe.steered) == (20, ((20, 2),), ())


def test_the_losses_of_the_picture_as_it_is_saved_are_kept_where_they_are_others(
    tmp_path: Path, run_store: RunStore
) -> None:
    run = new_run(tmp_path, epochs=3)
    recorder = Recorder(run)
    recorder.add(frame(1, 3), 0.1)
    assert run.read().clipped is None
    recorder.add(replace(frame(2, 3), clipped_losses=losses(7.0)), 0.2)
    recorder.add(frame(3, 3), 0.3)
    recorder.finish(Ended(run_id=run.run_id, state=State.STOPPED))
    snapshot = run_store.snapshot(run.run_id)
    assert snapshot is not None
    assert snapshot.clipped == (2, 7.0)
    again = Recorder(run)
    again.add(frame(2, 3), 0.1)  # another picture than the one that was looked at
    again.finish(Ended(run_id=run.run_id, state=State.STOPPED))
    assert run.read().clipped is None


def test_the_result_keeps_the_photo_s_transparency(tmp_path: Path) -> None:
    run = new_run(tmp_path, epochs=1)
    recorder = Recorder(run)
    recorder.add(frame(1, 1, Image.new("RGBA", (64, 64), (10, 20, 30, 77))), 0.1)
    recorder.finish(Ended(run_id=run.run_id, state=State.STOPPED))
    with Image.open(run.result) as result:
        assert result.getpixel((5, 5)) == (10, 20, 30, 77)


def test_previews_on_disk_are_thinned_evenly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Throttle, "due", lambda _: True)
    run = new_run(tmp_path, epochs=1000)
    recorder = Recorder(run)
    image = Image.new("RGB", (16, 16))
    for epoch in range(1, 1001):
        recorder.add(frame(epoch, 1000, image), epoch / 10)
    recorder.finish(Ended(run_id=run.run_id, state=State.FINISHED))
    recorder.last_preview()
    epochs = [epoch for epoch, _ in run.timeline()]
    assert FRAMES_KEPT // 2 < len(epochs) <= FRAMES_KEPT
    assert epochs[0] == 1
    assert epochs[-1] == 1000
    gaps = [later - earlier for earlier, later in pairwise(epochs)]
    assert max(gaps[:-1]) <= 2 * min(gaps[:-1])


def test_a_small_picture_is_not_enlarged_for_the_preview() -> None:
    with Image.open(BytesIO(encode_preview(Image.new("RGB", (300, 200))))) as preview:
        assert preview.size == (300, 200)


# --- the run store ----------------------------------------------------------------------------------------------------


def test_a_run_whose_server_died_is_stopped_and_keeps_its_last_picture(tmp_path: Path, run_store: RunStore) -> None:
    run = new_run(tmp_path, server="1234-dead", epochs=10)
    recorder = Recorder(run)
    recorder.add(frame(1, 10, Image.new("RGB", (64, 64), "red")), 0.1)
    recorder._losses.close()  # type: ignore[union-attr]
    (run.folder / ".abcdef.part.png").write_bytes(b"half a pict")
    snapshot = run_store.snapshot(run.run_id)
    assert snapshot is not None
    assert snapshot.state is State.STOPPED
    assert snapshot.message == "The studio ended while this was being painted."
    assert snapshot.preview is not None
    assert snapshot.losses.epochs == (1,)
    assert run_store.result(run.run_id) == run.result
    assert run.read().state is State.STOPPED
    assert not list(run.folder.glob("*.part*"))


def test_a_run_that_waited_when_its_server_died_is_stopped(tmp_path: Path, run_store: RunStore) -> None:
    run = new_run(tmp_path, server="1234-dead")
    snapshot = run_store.snapshot(run.run_id)
    assert snapshot is not None
    assert (snapshot.state, snapshot.preview) == (State.STOPPED, None)
    assert "waiting" in str(snapshot.message)


def test_a_run_that_another_server_paints_is_left_alone(tmp_path: Path, run_store: RunStore) -> None:
    other = RunStore(tmp_path)
    run, record = other.add(submission())
    run.write(replace(record, state=State.PAINTING))
    snapshot = run_store.snapshot(run.run_id)
    assert snapshot is not None
    assert snapshot.state is State.PAINTING
    other.close()
    snapshot = run_store.snapshot(run.run_id)
    assert snapshot is not None
    assert snapshot.state is State.STOPPED


def test_without_a_full_picture_the_last_preview_is_the_result(tmp_path: Path, run_store: RunStore) -> None:
    run = new_run(tmp_path)
    assert run_store.result(run.run_id) is None
    run.preview_path(3).write_bytes(b"3")
    run.preview_path(20).write_bytes(b"20")
    assert run_store.result(run.run_id) == run.preview_path(20)


def test_recent_runs_come_newest_first_and_nothing_else_is_listed(tmp_path: Path, run_store: RunStore) -> None:
    ids = [new_run(tmp_path).run_id for _ in range(3)]
    (tmp_path / "holiday pictures").mkdir()
    assert run_store.recent(10) == ids[::-1]
    assert run_store.recent(2) == ids[:0:-1]


def test_a_server_s_sign_of_life_ends_with_it(tmp_path: Path) -> None:
    mine, other = ServerLock(tmp_path), ServerLock(tmp_path)
    assert mine.alive(mine.name)
    assert mine.alive(other.name)
    other.close()
    assert not mine.alive(other.name)
    assert not mine.alive("../../etc/passwd")
    assert not mine.alive("")
    mine.close()
    assert not list(tmp_path.rglob("*.lock"))


@pytest.mark.parametrize(
    "forged",
    [{"server": 5}, {"server": "a\0b"}, {"server": "../up"}, {"photo": "a\0.png"}, {"photo_name": None},
     {"epochs": 0}, {"epoch": "many"}, {"created": None}, {"message": ["no"]}, {"start": 7},
     {"scale": [0, 5]}, {"scale": [5]}, {"scale": [1e400, 5]}, {"seconds": math.nan}, {"created": math.inf},
     {"created": 10**400}, {"created": -1}, {"epoch": True}, {"steered": [[1, [math.nan, 1, 1]]]},
     {"clipped": [1, math.inf]}, {"painting_names": [5]}, {"paintings": []}, {"parent": ["a", "b"]},
     {"server": [[[[]]]]}, {"photo": "\ud800"}, {"photo_name": "\ud800"}, {"message": "\ud800"}],
)  # fmt: skip
def test_a_forged_state_is_a_damaged_run_and_no_fault(tmp_path: Path, forged: dict[str, object]) -> None:
    wanted = Submission(inputs=given(picture(), (("", picture()),)), settings=Settings())
    run = Run.create(tmp_path, wanted, server="1-a")
    path = run.folder / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | forged))
    with closing(RunStore(tmp_path)) as run_store:
        snapshot = run_store.snapshot(run.run_id)
    assert snapshot is not None
    assert snapshot.state is State.FAILED
    assert "damaged" in str(snapshot.error)
