"""A painting that was interrupted and gone on with ends as if nothing had happened; what does not fit is refused."""

import dataclasses
import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image

from styletransfer.engine.checkpoint import load_checkpoint
from styletransfer.engine.frames import Frame
from styletransfer.engine.optimizers.lbfgs import LBFGS
from styletransfer.engine.stylize import stylize
from styletransfer.engine.vgg import precision
from styletransfer.engine.vgg.weights import Weights
from styletransfer.errors import StyleTransferError
from styletransfer.settings import Precision, Settings, Weighting

EPOCHS = 5

SETTINGS = Settings(
    size=160,
    epochs=EPOCHS,
    content_layers=("relu2_1",),
    style_layers=("relu1_1", "relu2_1"),
    learning_rate=0.1,
    decay_every=3,
    scales=2,
    device="cpu",
)

Paint = Callable[..., Iterator[Frame]]


def but(**changes: Any) -> Settings:
    return dataclasses.replace(SETTINGS, **changes)


@pytest.fixture
def paint(soft_picture: Callable[..., Image.Image], vgg16: Weights) -> Paint:
    """Paints a small pair; anything can be given otherwise."""

    def paint_pair(settings: Settings = SETTINGS, **options: Any) -> Iterator[Frame]:
        photo = options.pop("photo", soft_picture(1, (128, 128)))
        paintings = options.pop("paintings", soft_picture(2, (80, 100)))
        return stylize(photo, paintings, settings, **({"weights": vgg16} | options))

    return paint_pair


def keep(frames: Iterator[Frame], epoch: int, path: Path) -> Path:
    """Save the checkpoint after that epoch, and stop."""
    with closing(frames):  # type: ignore[type-var]
        frame = next(islice(frames, epoch - 1, None))
        assert frame.epoch == epoch
        assert frame.checkpoint is not None
        frame.checkpoint.save(path)
    return path


def assert_same(one: Frame, other: Frame) -> None:
    assert (one.epoch, one.scale, one.losses) == (other.epoch, other.scale, other.losses)
    assert one.image is not None
    assert other.image is not None
    assert one.image.tobytes() == other.image.tobytes()


@pytest.mark.parametrize(
    "settings",
    [
        but(),
        but(optimizer="adam"),
        but(init="noise", seed=3),
        but(init="noise", optimizer="adam", pyramid=1),
        but(scales=1, stroke_size=2.0, palette="photo"),
    ],
    ids=["lbfgs", "adam", "lbfgs noise", "adam noise", "broad strokes"],
)
def test_interrupted_anywhere_it_ends_as_if_it_had_not_been(settings: Settings, paint: Paint, tmp_path: Path) -> None:
    whole = list(paint(settings))
    assert len({frame.scale for frame in whole}) == settings.scales
    for epoch in range(1, EPOCHS):
        path = keep(paint(settings), epoch, tmp_path / f"{epoch}.safetensors")
        rest = list(paint(settings, resume=path))
        assert len(rest) == EPOCHS - epoch
        for one, other in zip(rest, whole[epoch:], strict=True):
            assert_same(one, other)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_interrupted_where_steps_are_taken_back_it_ends_alike(
    optimizer: str, paint: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LBFGS.__init__, "__defaults__", (3.0, 6, 1.0))  # strides too long to go well
    settings = but(optimizer=optimizer, epochs=10)
    whole = list(paint(settings))
    totals = [frame.losses["total"] for frame in whole]
    assert optimizer == "adam" or any(one == other for one, other in pairwise(totals))
    for epoch in range(1, 10, 2):
        path = keep(paint(settings), epoch, tmp_path / f"{epoch}.safetensors")
        *_, last = paint(settings, resume=path)
        assert_same(last, whole[-1])


def test_a_steered_painting_goes_on_with_the_weights_it_had(paint: Paint, tmp_path: Path) -> None:
    def steered(begun: int) -> Callable[[], Weighting]:
        looks = iter(range(begun, 100))
        return lambda: Weighting(1, 1e3, 0) if next(looks) >= 2 else SETTINGS.weighting

    whole = list(paint(but(scales=1), steer=steered(0)))
    path = keep(paint(but(scales=1), steer=steered(0)), 4, tmp_path / "state")
    *_, last = paint(but(scales=1), steer=lambda: Weighting(1, 1e3, 0), resume=path)
    assert_same(last, whole[-1])
    *_, other = paint(but(scales=1), resume=path)  # back to those of the settings
    assert other.losses != last.losses


def test_several_paintings_and_a_start_are_gone_on_with(
    paint: Paint, tmp_path: Path, soft_picture: Callable[..., Image.Image]
) -> None:
    options = {"paintings": [soft_picture(2), soft_picture(3, (50, 90))], "start": soft_picture(4)}
    *_, whole = paint(**options)
    path = keep(paint(**options), 3, tmp_path / "state")
    *_, last = paint(**options, resume=path)
    assert_same(last, whole)


def test_it_goes_on_from_a_frame_without_a_file(paint: Paint) -> None:
    *_, whole = paint()
    with closing(paint()) as frames:  # type: ignore[type-var]
        frame = next(islice(frames, 3, None))
        *_, last = paint(resume=frame.checkpoint)
        assert_same(last, whole)
        *_, other = frames  # which is undisturbed
    assert_same(other, whole)


def test_a_checkpoint_of_the_past_is_not_to_be_used(paint: Paint, tmp_path: Path) -> None:
    frames = paint()
    first, _ = next(frames), next(frames)
    assert first.checkpoint is not None
    with pytest.raises(ValueError, match="has gone on"):
        first.checkpoint.save(tmp_path / "state")
    assert list(tmp_path.iterdir()) == []


def test_the_last_one_can_be_saved_when_all_is_painted(paint: Paint, tmp_path: Path) -> None:
    *_, last = paint()
    assert last.checkpoint is not None
    last.checkpoint.save(tmp_path / "state")
    *_, further = paint(but(epochs=8), resume=tmp_path / "state")
    path = keep(paint(), EPOCHS, tmp_path / "in time")
    *_, other = paint(but(epochs=8), resume=path)
    assert_same(further, other)


def test_the_clock_goes_on(paint: Paint, tmp_path: Path) -> None:
    path = keep(paint(), 3, tmp_path / "state")
    before = load_checkpoint(path)
    assert before.epoch == 3
    before.seconds = 1000.0
    assert next(paint(resume=before)).seconds > 1000


@pytest.mark.parametrize("epoch", [3, EPOCHS])
def test_more_epochs_may_be_asked_for(epoch: int, paint: Paint, tmp_path: Path) -> None:
    path = keep(paint(), epoch, tmp_path / "state")
    frames = list(paint(but(epochs=20), resume=path))
    assert [frame.epoch for frame in frames] == list(range(epoch + 1, 21))
    assert frames[-1].scale == (160, 160)
    assert frames[-1].losses["total"] < load_checkpoint(path).state.losses["total"] or epoch == 3  # type: ignore[union-attr]


def test_what_does_not_fit_is_refused_with_a_reason(
    paint: Paint, tmp_path: Path, soft_picture: Callable[..., Image.Image], vgg19: Weights
) -> None:
    path = keep(paint(), 3, tmp_path / "state")
    for options, words in (
        ({"photo": soft_picture(9, (128, 128))}, "another photo"),
        ({"paintings": soft_picture(9)}, "another set of paintings"),
        ({"paintings": [soft_picture(2, (80, 100)), soft_picture(9)]}, "another set of paintings"),
        ({"start": soft_picture(9)}, "another picture to start from"),
        ({"weights": vgg19}, "painted with vgg16"),
        ({"settings": but(size=96)}, "another size"),
        ({"settings": but(stroke_size=2.0, seed=1)}, "another seed / stroke_size"),
        ({"settings": but(epochs=3)}, "3 epochs already"),
    ):
        with pytest.raises(StyleTransferError, match=words):
            next(paint(**options, resume=path))


def test_other_weights_and_previews_do_fit(paint: Paint, tmp_path: Path) -> None:
    path = keep(paint(), 3, tmp_path / "state")
    settings = but(content_weight=2.0, style_weight=1.0, tv_weight=0.0, preview_every=100, network="vgg16")
    *_, last = paint(settings, resume=path)
    assert last.epoch == EPOCHS


def reckoned(frames: Iterator[Frame]) -> str:
    """The precision of what comes next."""
    with closing(frames):  # type: ignore[type-var]
        return "half" if next(frames).bfloat16 else "full"


@pytest.mark.parametrize(("begun", "other"), [("half", "full"), ("full", "half")])
@pytest.mark.parametrize("native", [True, False])
def test_it_goes_on_in_the_precision_it_was_begun_with_whatever_the_machine_prefers(
    begun: Precision, other: Precision, native: bool, paint: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "_has_bfloat16", lambda _: begun == "half")
    path = keep(paint(), 3, tmp_path / "state")
    assert load_checkpoint(path).precision == begun
    monkeypatch.setattr(precision, "_has_bfloat16", lambda _: native)
    assert reckoned(paint()) == ("half" if native else "full")
    assert reckoned(paint(resume=path)) == begun
    assert reckoned(paint(but(precision=begun), resume=path)) == begun
    with pytest.raises(StyleTransferError, match="painted with another precision"):
        next(paint(but(precision=other), resume=path))


def test_a_device_that_cannot_go_on_in_half_precision_is_refused(
    paint: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keep(paint(but(precision="half")), 3, tmp_path / "state")
    monkeypatch.setattr(precision, "_can_bfloat16", lambda _: False)
    with pytest.raises(StyleTransferError, match=r"cannot reckon in half precision; choose another device"):
        next(paint(resume=path))


@pytest.mark.parametrize("asked", ["auto", "full", "half"])
def test_a_state_of_before_the_precision_was_kept_is_gone_on_with(
    asked: Precision, paint: Paint, tmp_path: Path
) -> None:
    path = forged(
        keep(paint(), 3, tmp_path / "state"), lambda facts: facts["origin"]["settings"].update(precision="auto")
    )
    assert load_checkpoint(path).precision == "auto"
    assert reckoned(paint(but(precision=asked), resume=path)) == reckoned(paint(but(precision=asked)))


def test_a_state_of_before_there_was_half_precision_is_gone_on_with_in_full(paint: Paint, tmp_path: Path) -> None:
    path = keep(paint(but(precision="full")), 3, tmp_path / "state")
    forged(path, lambda facts: facts["origin"]["settings"].pop("precision"))
    assert reckoned(paint(resume=path)) == "full"


@pytest.mark.parametrize("size", [0, 5, 300, 100_000, -1])
def test_a_cut_off_file_is_refused(size: int, paint: Paint, tmp_path: Path) -> None:
    path = keep(paint(), 3, tmp_path / "state")
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(StyleTransferError, match="damaged"):
        load_checkpoint(path)


def forged(path: Path, facts: Callable[[dict[str, Any]], object], **tensors: torch.Tensor | None) -> Path:
    """The file with its facts changed by `facts`, and some tensors replaced or (None) left out."""
    with safetensors.safe_open(path, framework="pt") as file:
        text = file.metadata()["styletransfer"]
    values = json.loads(text)
    facts(values)
    kept = {
        name: tensor for name, tensor in (safetensors.torch.load_file(path) | tensors).items() if tensor is not None
    }
    safetensors.torch.save_file(kept, path, {"styletransfer": json.dumps(values)})
    return path


@pytest.mark.parametrize(
    ("facts", "tensors", "words"),
    [
        (lambda facts: facts.update(format=1), {}, "another version"),
        (lambda facts: facts.clear(), {}, "damaged"),
        (lambda facts: facts.update(scale=[1, 2, 3]), {}, "damaged"),
        (lambda facts: facts.update(weighting="none"), {}, "damaged"),
        (lambda facts: facts.update(solver=[]), {}, "damaged"),
        (lambda facts: facts["origin"].pop("photo"), {}, "damaged"),
        (lambda facts: facts.update(epoch=None), {}, "damaged"),
        (lambda facts: facts.update(notes=3), {}, "damaged"),
        (lambda _: None, {"x": None}, "damaged"),
        (lambda _: None, {"picture": torch.zeros(1, 3, 5, 5)}, "damaged"),
        (lambda _: None, {"x": torch.zeros(7)}, "damaged"),
        (lambda _: None, {"solver.last_x": torch.zeros(7)}, "damaged"),
        (lambda _: None, {"solver.slopes": torch.zeros(7)}, "damaged"),
        (lambda _: None, {"picture": torch.zeros(1, 3, 64, 64, dtype=torch.float64)}, "damaged"),
    ],
)
def test_a_forged_file_is_refused(
    facts: Callable[[dict[str, Any]], object],
    tensors: dict[str, Any],
    words: str,
    paint: Paint,
    tmp_path: Path,
) -> None:
    path = forged(keep(paint(), 3, tmp_path / "state"), facts, **tensors)
    with pytest.raises(StyleTransferError, match=words):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "gone", ["solver.last_x", "solver.last_grad", "solver.step.0", "solver.direction", "solver.slopes"]
)
def test_a_solver_whose_memory_has_a_hole_is_refused(gone: str, paint: Paint, tmp_path: Path) -> None:
    settings = but(scales=1, tv_loss="absolute")
    path = forged(keep(paint(settings), 4, tmp_path / "state"), lambda _: None, **{gone: None})
    with pytest.raises(StyleTransferError, match="damaged"):
        next(paint(settings, resume=path))


def test_variables_of_another_length_are_refused(paint: Paint, tmp_path: Path) -> None:
    path = keep(paint(), 4, tmp_path / "state")
    short = {name: torch.zeros(7) for name in safetensors.torch.load_file(path) if name != "picture"}
    with pytest.raises(StyleTransferError, match="damaged"):
        next(paint(resume=forged(path, lambda _: None, **short)))


def test_files_of_other_kinds_are_refused(tmp_path: Path, paint: Paint) -> None:
    path = tmp_path / "state"
    for data in (b"", b"PK\x03\x04", b"\x80\x02}q\x00.", np.arange(1000).tobytes()):
        path.write_bytes(data)
        with pytest.raises(StyleTransferError, match="damaged"):
            next(paint(resume=path))
    safetensors.torch.save_file({"x": torch.zeros(3)}, path)
    with pytest.raises(StyleTransferError, match="is no saved state"):
        load_checkpoint(path)
    with pytest.raises(StyleTransferError, match="no file"):
        load_checkpoint(tmp_path / "nowhere")
    with pytest.raises(StyleTransferError, match=r"cannot be read|damaged"):
        load_checkpoint(tmp_path)


def test_a_full_disk_leaves_the_older_state_as_it_was(
    paint: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keep(paint(), 4, tmp_path / "state")
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StyleTransferError, match="No space left on device"):
        keep(paint(), 4, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_notes_are_kept_beside_it(paint: Paint, tmp_path: Path) -> None:
    frame = next(paint())
    assert frame.checkpoint is not None
    frame.checkpoint.save(tmp_path / "state", notes={"name": "cat"})
    load_checkpoint(tmp_path / "state").save(tmp_path / "copy")
    assert load_checkpoint(tmp_path / "copy").notes == {"name": "cat"}
    assert load_checkpoint(forged(tmp_path / "copy", lambda facts: facts.pop("notes"))).notes == {}


def test_a_loaded_state_can_be_saved_again(paint: Paint, tmp_path: Path) -> None:
    path = keep(paint(), 4, tmp_path / "state")
    load_checkpoint(path).save(tmp_path / "copy")
    *_, one = paint(resume=path)
    *_, other = paint(resume=tmp_path / "copy")
    assert_same(one, other)
