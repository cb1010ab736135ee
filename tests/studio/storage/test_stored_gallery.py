"""The user's collection of runs: titles, pins, deletion and undo, and the bound on the space that it takes."""

import json
import os
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from finished_runs import hang
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.studio.page.gallery.card import card
from styletransfer.studio.snapshot import State
from styletransfer.studio.storage import trash
from styletransfer.studio.storage.cleanup import Cleanup
from styletransfer.studio.storage.disk_usage import DEFAULT_LIMIT, GB
from styletransfer.studio.storage.gallery import SHEETS, Gallery
from styletransfer.studio.storage.run_files import write_whole
from styletransfer.studio.storage.run_folder import CHECKPOINT, Run
from styletransfer.studio.storage.run_label import LONGEST_TITLE, Label, read_label, tidy_title, write_label
from styletransfer.studio.storage.server_lock import ServerLock
from styletransfer.studio.storage.thumbnails import thumbnail
from styletransfer.studio.worker.checkpoint_writer import Checkpoints
from styletransfer.studio.worker.recorder import Recorder
from styletransfer.support.files import replacing

MB = 1_000_000


@pytest.fixture
def active() -> list[str]:
    """Ids that the server of the test is at work on."""
    return []


@pytest.fixture
def gallery(tmp_path: Path, active: list[str]) -> Gallery:
    return Gallery(tmp_path, active=lambda: active, alive=lambda server: server == "alive")


# --- labels -------------------------------------------------------------------------------------------------------


def test_a_label_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert read_label(tmp_path) == Label()
    label = Label(title="Evening – 黄昏", pinned=True, deleted=12.5)
    write_label(tmp_path, label)
    assert read_label(tmp_path) == label


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"title": 5, "pinned": true, "deleted": null}',
        '{"title": null, "pinned": "yes", "deleted": null}',
        '{"title": null, "pinned": false, "deleted": true}',
        '{"title": "' + "x" * 5000 + '", "pinned": false, "deleted": null}',
        '{"title": null, "pinned": false, "deleted": NaN}',
        '{"title": null, "pinned": false, "deleted": 1' + "0" * 400 + "}",
        "[" * 4000,
        "\udcff",
    ],
)
def test_a_damaged_label_counts_as_a_pin_and_says_nothing_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "label.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_label(tmp_path) == Label(pinned=True)


def test_a_title_is_one_printable_line_of_bounded_length() -> None:
    assert tidy_title("  Sea\n\tand\u202e  sky \x00") == "Sea and sky"
    assert len(tidy_title("long " * 100)) <= LONGEST_TITLE
    assert tidy_title(" \n ") == ""


def test_joined_emoji_and_accents_stay_whole_in_a_title() -> None:
    family, england = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f3f4\U000e0067\U000e0062\U000e007f"
    assert tidy_title(f"{family} by the sea, {england}") == f"{family} by the sea, {england}"
    assert tidy_title("x" * (LONGEST_TITLE - 1) + family) == "x" * (LONGEST_TITLE - 1)
    assert tidy_title("x" * (LONGEST_TITLE - 1) + "e\u0301") == "x" * (LONGEST_TITLE - 1)
    assert tidy_title("\u200d\u200c") == ""


# --- looking ------------------------------------------------------------------------------------------------------


def test_the_pinned_hang_first_then_the_newest(gallery: Gallery, tmp_path: Path) -> None:
    old, middle, new = (hang(tmp_path, days=days).run_id for days in (3, 2, 1))
    assert gallery.ids() == [new, middle, old]
    gallery.pin(old, pinned=True)
    assert gallery.ids() == [old, new, middle]
    gallery.pin(old, pinned=False)
    assert gallery.ids() == [new, middle, old]


def test_a_run_has_the_users_title_or_says_what_it_shows(gallery: Gallery, tmp_path: Path) -> None:
    run_id = hang(tmp_path).run_id
    assert title(gallery, run_id) == "Harbour, after Blue hour"
    gallery.rename(run_id, "  Home,\nin the evening ")
    assert title(gallery, run_id) == gallery.title(run_id) == "Home, in the evening"
    gallery.rename(run_id, "")
    assert title(gallery, run_id) == "Harbour, after Blue hour"
    assert gallery.title(run_id) is None


def title(gallery: Gallery, run_id: str) -> str:
    piece = gallery.piece(run_id)
    assert piece is not None
    return piece.title


@pytest.mark.parametrize("name", ["state.json", "settings.json"])
def test_a_damaged_run_hangs_with_a_sentence_and_can_be_deleted(gallery: Gallery, tmp_path: Path, name: str) -> None:
    run = hang(tmp_path)
    (run.folder / name).write_text("{")
    piece = gallery.piece(run.run_id)
    assert piece is not None
    assert "damaged" in str(piece.damage)
    gallery.delete(run.run_id)
    assert gallery.ids() == []
    gallery.bring_back(run.run_id)
    assert gallery.ids() == [run.run_id]


DAMAGE = {
    "no height": '"scale": [0, 5]',
    "no number": '"seconds": NaN',
    "no end": '"created": Infinity',
    "a year without a name": '"created": 1e300',
    "more than a number holds": '"created": 1' + "0" * 400,
    "nested": '"steered": ' + "[" * 50_000 + "]" * 50_000,
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_run_never_takes_the_others_along(gallery: Gallery, tmp_path: Path, case: str) -> None:
    whole, damaged = hang(tmp_path, days=3, bulk=MB), hang(tmp_path, days=2, bulk=MB)
    path = damaged.folder / "state.json"
    path.write_text(path.read_text("utf-8").rstrip().removesuffix("}") + f", {DAMAGE[case]}}}")
    pieces = {run_id: gallery.piece(run_id) for run_id in gallery.ids()}
    cards = {run_id: card(piece, live=None, chosen=False) for run_id, piece in pieces.items() if piece}
    assert cards[damaged.run_id]["state"] == "Damaged"
    assert "damaged" in cards[damaged.run_id]["note"]
    assert cards[whole.run_id]["state"].startswith("Finished")
    assert gallery.use().count == 2
    gallery.limit = GB
    gallery.clear()
    assert set(gallery.ids()) == {whole.run_id, damaged.run_id}


def test_what_is_written_in_a_folder_stays_in_it(tmp_path: Path) -> None:
    """Links that someone has put there lead to a file of the user's own."""
    run = hang(tmp_path / "runs")
    precious = tmp_path / "precious.txt"
    for name in ("thumbnail.jpg", "label.json", "state.json", "result.png", CHECKPOINT):
        precious.write_text("precious")
        record, path = run.read(), run.folder / name
        path.unlink(missing_ok=True)
        path.symlink_to(precious)
        if name == "thumbnail.jpg":
            os.utime(precious, (0, 0))
            with suppress(FileNotFoundError):
                run.result.touch()
            assert thumbnail(run)
        elif name == "label.json":
            write_label(run.folder, Label(title="Mine"))
        elif name == "state.json":
            run.write(record)
        elif name == "result.png":
            write_whole(path, b"a picture")
        else:
            Checkpoints(path).keep(Saved())
        assert precious.read_text() == "precious", name
        assert path.is_file(), name
        assert not path.is_symlink(), name


def test_frames_that_lead_elsewhere_are_begun_anew(tmp_path: Path) -> None:
    run = hang(tmp_path / "runs")
    elsewhere = tmp_path / "elsewhere"
    run.frames.rename(elsewhere)
    run.frames.symlink_to(elsewhere)
    Recorder(run)
    assert run.frames.is_dir()
    assert not run.frames.is_symlink()
    assert list(elsewhere.iterdir())


class Saved:
    """A checkpoint that is a word."""

    def save(self, path: str | Path, *, settled: bool = True) -> None:
        assert settled
        with replacing(path) as temporary:
            temporary.write_text("state")


def test_what_comes_from_an_address_reaches_no_other_folder(gallery: Gallery, tmp_path: Path) -> None:
    outside = hang(tmp_path / "outside")
    for run_id in ("..", "../outside", f"outside/{outside.run_id}", "/etc", "", ".deleted"):
        assert gallery.piece(run_id) is None
        assert gallery.picture(run_id) is None
        for act in (gallery.delete, gallery.bring_back, lambda each: gallery.rename(each, "x")):
            with pytest.raises(StyleTransferError):
                act(run_id)


def test_a_thumbnail_is_small_kept_and_made_anew_when_the_picture_changes(tmp_path: Path) -> None:
    run = hang(tmp_path)
    first = thumbnail(run)
    assert first is not None
    assert (run.folder / "thumbnail.jpg").read_bytes() == first
    later = time.time_ns() + 10**9
    Image.new("RGB", (128, 85), "red").save(run.preview_path(10))
    os.utime(run.preview_path(10), ns=(later, later))
    assert thumbnail(run) not in (None, first)


def test_a_thumbnail_falls_back_to_the_result_and_then_to_the_photo(tmp_path: Path) -> None:
    run = hang(tmp_path)
    run.preview_path(10).write_bytes(b"no picture")
    assert thumbnail(run) is not None
    run.result.write_bytes(b"no picture")
    (run.folder / "thumbnail.jpg").unlink()
    assert thumbnail(run) is not None
    run.inputs().photo.write_bytes(b"no picture")
    (run.folder / "thumbnail.jpg").unlink()
    assert thumbnail(run) is None


# --- deleting and undoing -----------------------------------------------------------------------------------------


def test_what_is_deleted_can_be_brought_back_as_it_was(gallery: Gallery, tmp_path: Path) -> None:
    run = hang(tmp_path)
    gallery.rename(run.run_id, "Kept")
    gallery.pin(run.run_id, pinned=True)
    before = {path.name: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    gallery.delete(run.run_id)
    assert gallery.piece(run.run_id) is None
    assert gallery.deleted(run.run_id) == "Kept"
    assert gallery.use().deleted == (run.run_id,)
    gallery.bring_back(run.run_id)
    assert {path.name: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()} == before
    assert gallery.use().deleted == ()


def test_what_is_at_work_anywhere_cannot_be_deleted(gallery: Gallery, tmp_path: Path, active: list[str]) -> None:
    here = hang(tmp_path, state=State.PAINTING)
    elsewhere = hang(tmp_path, state=State.QUEUED, server="alive")
    left_behind = hang(tmp_path, state=State.PAINTING, server="dead")
    active.append(here.run_id)
    for run in (here, elsewhere):
        with pytest.raises(StyleTransferError, match="stop it first"):
            gallery.delete(run.run_id)
        assert run.folder.is_dir()
    gallery.delete(left_behind.run_id)


def test_two_servers_deleting_and_undoing_the_same_say_a_sentence(gallery: Gallery, tmp_path: Path) -> None:
    other = Gallery(tmp_path, active=list, alive=lambda _: False)
    run_id = hang(tmp_path).run_id
    gallery.delete(run_id)
    for act in (other.delete, lambda each: other.pin(each, pinned=True), lambda each: other.rename(each, "x")):
        with pytest.raises(StyleTransferError, match="no longer here"):
            act(run_id)
    other.bring_back(run_id)
    with pytest.raises(StyleTransferError, match="cannot be brought back"):
        gallery.bring_back(run_id)
    assert gallery.ids() == [run_id]


def test_what_was_deleted_goes_after_a_day_and_at_once_when_asked(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = hang(tmp_path), hang(tmp_path)
    gallery.delete(first.run_id)
    gallery.clear()
    assert gallery.deleted(first.run_id) is not None
    monkeypatch.setattr(trash, "KEPT_SECONDS", -1.0)
    gallery.clear()
    assert gallery.deleted(first.run_id) is None
    gallery.delete(second.run_id)
    gallery.remove(gallery.use().deleted)
    assert gallery.deleted(second.run_id) is None
    assert list((tmp_path / ".deleted").iterdir()) == []


def test_what_could_not_be_removed_whole_is_never_shown_and_goes_the_next_time(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = hang(tmp_path)
    gallery.delete(run.run_id)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_args, **_options: None)  # as if killed before anything was removed
        gallery.remove(gallery.use().deleted)
    assert gallery.deleted(run.run_id) is None
    assert list((tmp_path / ".deleted").iterdir()) != []
    gallery.clear()
    assert list((tmp_path / ".deleted").iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="may write anywhere")
def test_where_nothing_can_be_written_every_act_is_a_sentence(gallery: Gallery, tmp_path: Path) -> None:
    run = hang(tmp_path)
    tmp_path.chmod(0o500)
    run.folder.chmod(0o500)
    try:
        for act in (gallery.delete, lambda each: gallery.rename(each, "x")):
            with pytest.raises(StyleTransferError, match="writ"):
                act(run.run_id)
        assert thumbnail(run) is not None
    finally:
        tmp_path.chmod(0o700)
        run.folder.chmod(0o700)


def test_on_a_read_only_disk_every_act_is_a_sentence_and_nothing_is_lost(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = hang(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    for name in ("rename", "replace", "touch", "mkdir"):
        monkeypatch.setattr(Path, name, refuse)
    for act in (
        gallery.delete,
        lambda each: gallery.rename(each, "x"),
        lambda each: gallery.pin(each, pinned=True),
        lambda _: setattr(gallery, "limit", None),
    ):
        with pytest.raises(StyleTransferError, match="Read-only file system"):
            act(run.run_id)
    gallery.clear()
    assert thumbnail(run) is not None
    assert gallery.ids() == [run.run_id]


def test_a_file_in_the_way_is_a_sentence(gallery: Gallery, tmp_path: Path) -> None:
    run = hang(tmp_path)
    (tmp_path / ".deleted").write_text("a file where the folder should be")
    with pytest.raises(StyleTransferError, match="Nothing can be saved"):
        gallery.delete(run.run_id)
    gallery.clear()
    assert gallery.ids() == [run.run_id]


# --- the bound ----------------------------------------------------------------------------------------------------


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets a bound that no user can choose, since no test fills gigabytes."""
    return lambda limit: monkeypatch.setattr(Gallery, "limit", limit)


def test_the_bound_is_generous_and_kept_and_survives_damage(gallery: Gallery, tmp_path: Path) -> None:
    assert gallery.limit == DEFAULT_LIMIT == 10 * GB
    for limit in (None, 2 * GB):
        gallery.limit = limit
        assert Gallery(tmp_path, active=list, alive=lambda _: False).limit == limit
    for text in ("{", "[]", json.dumps({"limit": "much"}), json.dumps({"limit": 5}), json.dumps({"limit": {}})):
        (tmp_path / "wall.json").write_text(text)
        assert gallery.limit == DEFAULT_LIMIT


def test_the_oldest_go_first_and_only_as_many_as_must(
    gallery: Gallery, tmp_path: Path, bound: Callable[[int], None]
) -> None:
    runs = [hang(tmp_path, days=days, bulk=2 * MB) for days in (5, 4, 3, 2)]
    bound(5 * MB)
    use = gallery.use()
    assert use.going == tuple(run.run_id for run in runs[:2])
    assert 4 * MB < use.going_size < 5 * MB
    gallery.clear()
    assert gallery.ids() == [runs[3].run_id, runs[2].run_id]
    assert gallery.use().going == ()


def test_contact_sheets_count_and_old_ones_go_before_any_painting(
    gallery: Gallery, tmp_path: Path, bound: Callable[[int], None]
) -> None:
    run = hang(tmp_path, days=9, bulk=2 * MB)
    old, filled, fresh = (hang(tmp_path / SHEETS, days=days, bulk=2 * MB) for days in (7, 6, 0.5))
    os.utime(old.frames, (1, 1))
    assert 8 * MB < gallery.use().size < 9 * MB
    assert filled.frames.stat().st_mtime > time.time() - 60  # a cell was painted just now
    bound(7 * MB)
    assert gallery.use().going == ()  # the old sheet is enough
    gallery.clear()
    assert gallery.ids() == [run.run_id]
    assert [sheet.folder.exists() for sheet in (old, filled, fresh)] == [False, True, True]
    bound(5 * MB)
    assert gallery.use().going == (run.run_id,)
    gallery.clear()
    assert gallery.ids() == []
    assert filled.folder.exists()


def interrupted(home: Path, *, days: float, checkpoint: int, state: State = State.STOPPED, server: str = "") -> Run:
    """A run with a checkpoint of so many bytes, written when the run was."""
    run = hang(home, days=days, state=state, server=server)
    run.checkpoint.write_bytes(bytes(checkpoint))
    then = time.time() - days * 24 * 3600
    os.utime(run.checkpoint, (then, then))
    return run


def test_old_checkpoints_go_before_any_painting_and_only_as_many_as_must(
    gallery: Gallery, tmp_path: Path, bound: Callable[[int], None]
) -> None:
    painting = hang(tmp_path, days=9, bulk=2 * MB)
    old, newer = (interrupted(tmp_path, days=days, checkpoint=3 * MB) for days in (7, 6))
    bound(6 * MB)
    assert gallery.use().going == ()
    assert 3 * MB <= gallery.use().spare_size < 4 * MB
    gallery.clear()
    assert set(gallery.ids()) == {painting.run_id, old.run_id, newer.run_id}
    assert [run.checkpoint.exists() for run in (old, newer)] == [False, True]


def test_no_painting_goes_for_a_checkpoint_that_is_still_fresh(
    gallery: Gallery, tmp_path: Path, bound: Callable[[int], None]
) -> None:
    painting = hang(tmp_path, days=9, bulk=2 * MB)
    fresh = [interrupted(tmp_path, days=0.5, checkpoint=3 * MB) for _ in range(2)]
    bound(5 * MB)
    gallery.clear()
    assert gallery.run(painting.run_id) is not None
    assert all(run.checkpoint.exists() for run in fresh)


def test_what_waits_is_paused_or_pinned_keeps_its_checkpoint(
    gallery: Gallery, tmp_path: Path, active: list[str], bound: Callable[[int], None]
) -> None:
    waiting = interrupted(tmp_path, days=9, checkpoint=MB, state=State.QUEUED)
    paused = interrupted(tmp_path, days=8, checkpoint=MB, state=State.PAUSED, server="alive")
    pinned = interrupted(tmp_path, days=7, checkpoint=MB)
    gallery.pin(pinned.run_id, pinned=True)
    active.append(waiting.run_id)
    bound(1)
    gallery.clear()
    assert all(run.checkpoint.exists() for run in (waiting, paused, pinned))


def test_a_painting_that_goes_by_itself_can_be_brought_back_for_a_day_and_then_stays(
    gallery: Gallery, tmp_path: Path, bound: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = hang(tmp_path, days=9, bulk=2 * MB)
    bound(MB)
    gallery.clear()
    assert (gallery.ids(), gallery.use().made_room) == ([], (run.run_id,))
    monkeypatch.setattr(trash, "UNDO_SECONDS", -1.0)
    gallery.clear()  # its space is needed, but nobody has asked for it to go
    assert gallery.use().made_room == (run.run_id,)
    gallery.bring_back(run.run_id)
    gallery.clear()
    assert (gallery.ids(), gallery.use().made_room) == ([run.run_id], ())


def test_a_clock_that_is_set_forward_takes_nothing_from_the_trash_or_the_wall(
    gallery: Gallery, tmp_path: Path, bound: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted, painting = hang(tmp_path), hang(tmp_path, bulk=2 * MB)
    gallery.delete(deleted.run_id)
    bound(MB)
    later = time.time() + 365 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    gallery.clear()
    assert (gallery.ids(), gallery.use().deleted) == ([painting.run_id], (deleted.run_id,))


def test_what_a_dead_process_has_left_half_written_goes(gallery: Gallery, tmp_path: Path, active: list[str]) -> None:
    left, at_work = hang(tmp_path), hang(tmp_path)
    active.append(at_work.run_id)
    for run in (left, at_work):
        for age in (0, 3600):
            part = run.folder / f".{age}.part.safetensors"
            part.write_bytes(bytes(10))
            os.utime(part, (time.time() - age,) * 2)
    gallery.clear()
    assert [path.name for path in left.folder.glob(".*.part*")] == [".0.part.safetensors"]  # may still be written
    assert len(list(at_work.folder.glob(".*.part*"))) == 2


def test_nothing_pinned_fresh_damaged_or_at_work_ever_goes(
    gallery: Gallery, tmp_path: Path, active: list[str], bound: Callable[[int], None]
) -> None:
    pinned, at_work, elsewhere, damaged, labelled, fresh = kept = [
        hang(tmp_path, days=9, bulk=MB),
        hang(tmp_path, days=8, bulk=MB, state=State.PAUSED),
        hang(tmp_path, days=7, bulk=MB, state=State.PAINTING, server="alive"),
        hang(tmp_path, days=6, bulk=MB),
        hang(tmp_path, days=5, bulk=MB),
        hang(tmp_path, days=0.9, bulk=MB),
    ]
    gallery.pin(pinned.run_id, pinned=True)
    active.append(at_work.run_id)
    assert elsewhere.read().server == "alive"
    (damaged.folder / "settings.json").unlink()
    (damaged.folder / "state.json").write_text("{")
    os.utime(damaged.folder / "state.json", (1, 1))
    (labelled.folder / "label.json").write_text("{")
    assert fresh.folder.is_dir()
    free = hang(tmp_path, days=2, bulk=MB)
    bound(1)
    assert gallery.use().going == (free.run_id,)
    gallery.clear()
    assert set(gallery.ids()) == {run.run_id for run in kept}


def test_a_long_painting_that_has_just_ended_does_not_go(
    gallery: Gallery, tmp_path: Path, bound: Callable[[int], None]
) -> None:
    run = hang(tmp_path, days=9, bulk=MB)
    os.utime(run.folder / "state.json")
    bound(1)
    gallery.clear()
    assert gallery.ids() == [run.run_id]


def test_what_was_deleted_makes_room_first_but_undo_is_safe_for_a_while(
    gallery: Gallery, tmp_path: Path, bound: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, deleted = hang(tmp_path, days=9, bulk=MB), hang(tmp_path, days=3, bulk=2 * MB)
    gallery.delete(deleted.run_id)
    bound(2 * MB)
    gallery.clear()
    assert (gallery.ids(), gallery.use().deleted) == ([old.run_id], (deleted.run_id,))
    monkeypatch.setattr(trash, "UNDO_SECONDS", -1.0)
    gallery.clear()
    assert (gallery.ids(), gallery.use().deleted) == ([old.run_id], ())


def test_it_is_said_beforehand_what_goes_next(gallery: Gallery, tmp_path: Path, bound: Callable[[int], None]) -> None:
    runs = [hang(tmp_path, days=days, bulk=2 * MB) for days in (5, 4)]
    bound(int(1.02 * gallery.use().size))
    assert gallery.use().next == runs[0].run_id
    assert gallery.use().going == ()
    gallery.pin(runs[0].run_id, pinned=True)
    assert gallery.use().next == runs[1].run_id


def test_the_use_counts_every_file_and_follows_changes(gallery: Gallery, tmp_path: Path) -> None:
    run = hang(tmp_path, bulk=MB)
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    assert gallery.use().size == sum(path.stat().st_size for path in files)
    run.preview_path(7).write_bytes(bytes(3 * MB))
    assert gallery.use().size > 4 * MB
    gallery.delete(run.run_id)
    assert gallery.use().deleted_size > 4 * MB
    assert gallery.use().count == 0


def test_the_housekeeper_clears_when_called_and_closes(
    gallery: Gallery, tmp_path: Path, bound: Callable[[int], None]
) -> None:
    run = hang(tmp_path, days=4, bulk=MB)
    bound(1)
    with closing(Cleanup(gallery)) as keeper:
        keeper.call()
        end = time.monotonic() + 30
        while run.folder.exists():
            assert time.monotonic() < end
            time.sleep(0.01)


def test_a_living_server_is_told_by_its_lock(tmp_path: Path) -> None:
    with closing(ServerLock(tmp_path)) as presence:
        run = hang(tmp_path, days=5, bulk=MB, state=State.PAINTING, server=presence.name)
        gallery = Gallery(tmp_path, active=list, alive=presence.alive)
        with pytest.raises(StyleTransferError):
            gallery.delete(run.run_id)
    other = ServerLock(tmp_path)
    with closing(other):
        Gallery(tmp_path, active=list, alive=other.alive).delete(run.run_id)
