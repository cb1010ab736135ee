"""The gallery without a browser: what it shows, and what can be done with what is chosen."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from finished_runs import hang
from PIL import Image
from run_inputs import given
from serving import Answer, serving
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import APP, looked_at, picture, text

from styletransfer.imaging.recipe import read_recipe
from styletransfer.settings import Settings, Weighting
from styletransfer.studio.components import gallery_grid
from styletransfer.studio.components.gallery_grid import GalleryTile
from styletransfer.studio.page.gallery import comparison, view
from styletransfer.studio.page.gallery.card import card
from styletransfer.studio.server import gallery_routes
from styletransfer.studio.snapshot import Snapshot, State
from styletransfer.studio.storage.gallery import Gallery, Piece

MB = 1_000_000
PHOTO = picture()


@pytest.fixture
def runs(studio: Standin) -> Path:
    """The folder of the runs."""
    return studio.home / "runs"


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> list[list[GalleryTile]]:
    """What was hung, each time that anything was."""
    seen: list[list[GalleryTile]] = []
    monkeypatch.setattr(view, "gallery_grid", lambda _label, pictures, **_: seen.append(pictures))
    return seen


@pytest.fixture
def visit_wall(studio: Standin) -> Callable[..., AppTest]:
    assert studio

    def open_wall(**query: str | list[str]) -> AppTest:
        page = AppTest.from_file(str(APP), default_timeout=60)
        page.query_params["view"] = "wall"
        for name, value in query.items():
            page.query_params[name] = value
        return looked_at(page.run())

    return open_wall


def keys(page: AppTest) -> set[str | None]:
    return {button.key for button in page.button}


def test_the_way_to_the_wall_and_back_keeps_what_is_set(visit: Callable[..., AppTest], runs: Path) -> None:
    hang(runs)
    page = visit()
    looked_at(page.select_slider(key="resolution").set_value(128).run())
    looked_at(page.button(key="wall_open").click().run())
    assert "1 painting, " in text(page)
    looked_at(page.button(key="wall_back").click().run())
    assert page.select_slider(key="resolution").value == 128
    assert "view" not in page.query_params


@pytest.mark.parametrize("name", ["run", "sheet"])
def test_what_was_on_the_stage_is_there_again_afterwards(visit_wall: Callable[..., AppTest], name: str) -> None:
    page = visit_wall(**{name: "20250101-000000-000000"})
    looked_at(page.button(key="wall_back").click().run())
    assert page.query_params[name] in ("20250101-000000-000000", ["20250101-000000-000000"])
    assert "view" not in page.query_params


def test_an_empty_wall_says_what_will_be_here(visit_wall: Callable[..., AppTest]) -> None:
    page = visit_wall()
    assert "Nothing hangs here yet" in text(page)
    looked_at(page.button(key="wall_start").click().run())
    assert page.button(key="start").label == "Start painting"


def test_five_hundred_hang_a_few_at_a_time(
    visit_wall: Callable[..., AppTest], runs: Path, hung: list[list[GalleryTile]]
) -> None:
    first = hang(runs)
    for number in range(view.SHOWN_AT_ONCE + 2):
        (runs / f"20250101-000000-{number:06x}").mkdir()
    page = visit_wall()
    assert len(hung[-1]) == view.SHOWN_AT_ONCE
    assert hung[-1][0]["id"] == first.run_id
    looked_at(page.button(key="wall_more").click().run())
    assert len(hung[-1]) == view.SHOWN_AT_ONCE + 3
    assert "wall_more" not in keys(page)


def test_what_is_chosen_is_deleted_and_brought_back(
    visit_wall: Callable[..., AppTest], runs: Path, studio: Standin
) -> None:
    ids = [hang(runs).run_id for _ in range(3)]
    page = visit_wall()
    page.session_state["wall_chosen"] = ids[:2]
    looked_at(page.run())
    assert "2 chosen" in text(page)
    looked_at(page.button(key="wall_delete").click().run())
    assert "2 paintings were deleted." in text(page)
    assert studio.gallery.ids() == [ids[2]]
    looked_at(page.button(key="wall_undo_button").click().run())
    assert set(studio.gallery.ids()) == set(ids)
    assert "wall_undo_button" not in keys(page)


def test_what_another_window_has_removed_is_a_sentence(
    visit_wall: Callable[..., AppTest], runs: Path, studio: Standin
) -> None:
    run = hang(runs)
    page = visit_wall()
    page.session_state["wall_chosen"] = [run.run_id]
    looked_at(page.run())
    studio.gallery.delete(run.run_id)
    looked_at(page.button(key="wall_delete").click().run())
    assert "no longer here" in page.error[0].value


def test_only_two_are_compared(visit_wall: Callable[..., AppTest], runs: Path) -> None:
    ids = [hang(runs, style_weight=weight).run_id for weight in (1e4, 3e4)]
    page = visit_wall()
    page.session_state["wall_chosen"] = ids[:1]
    looked_at(page.run())
    assert page.button(key="wall_compare").disabled
    page.session_state["wall_chosen"] = ids
    looked_at(page.run())
    looked_at(page.button(key="wall_compare").click().run())
    assert "Style weight" in text(page)
    looked_at(page.button(key="comparison_back").click().run())
    assert "The wall" in text(page)


@pytest.mark.parametrize("ids", [[], ["../.."], ["20250101-000000-000000", "20250101-000000-000001"]])
def test_a_comparison_of_what_is_not_there_is_a_sentence(visit_wall: Callable[..., AppTest], ids: list[str]) -> None:
    page = visit_wall(view="compare", runs=ids)
    assert "no longer here" in text(page)


def test_the_space_is_shown_and_its_bound_is_set(
    visit_wall: Callable[..., AppTest], runs: Path, studio: Standin
) -> None:
    hang(runs, bulk=3 * MB)
    page = visit_wall()
    assert "1 painting, 3 MB of at most 10 GB." in text(page)
    looked_at(page.selectbox(key="wall_limit").set_value(0).run())
    assert studio.gallery.limit is None
    assert "1 painting, 3 MB." in text(page)


def test_it_is_said_what_will_go_before_it_goes(
    visit_wall: Callable[..., AppTest],
    runs: Path,
    studio: Standin,
    hung: list[list[GalleryTile]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = hang(runs, days=3, bulk=2 * MB), hang(runs, bulk=2 * MB)
    monkeypatch.setattr(Gallery, "limit", 3 * MB)
    page = visit_wall()
    assert "this goes: Harbour, after Blue hour" in text(page)
    assert {picture["id"]: bool(picture["note"]) for picture in hung[-1]} == {old.run_id: True, new.run_id: False}
    looked_at(page.button(key="wall_clear").click().run())
    assert studio.gallery.ids() == [new.run_id]
    assert "Harbour, after Blue hour was taken down to make room." in text(page)
    monkeypatch.setattr(Gallery, "limit", MB)
    assert "all are pinned or from the last day" in text(visit_wall())


def test_what_is_deleted_can_be_brought_back_later_or_removed(
    visit_wall: Callable[..., AppTest], runs: Path, studio: Standin
) -> None:
    run = hang(runs)
    studio.gallery.delete(run.run_id)
    page = visit_wall()
    assert "1 deleted painting" in text(page)
    looked_at(page.button(key="wall_undelete").click().run())
    assert studio.gallery.ids() == [run.run_id]
    studio.gallery.delete(run.run_id)
    looked_at(page.run())
    assert "Once removed, they cannot be brought back." in text(page)  # said before anything is removed
    other = hang(runs)
    studio.gallery.delete(other.run_id)  # in another window: nobody has been asked about this one
    looked_at(page.button(key="wall_empty").click().run())
    assert studio.gallery.use().deleted == (other.run_id,)


# --- labels below the pictures ------------------------------------------------------------------------------------


def test_a_label_says_how_a_run_stands(studio: Standin, runs: Path) -> None:
    def said(state: State, **more: object) -> str:
        run = hang(runs, state=state, **more)  # type: ignore[arg-type]
        return card(piece(studio, run.run_id), live=None, chosen=False)["state"].split(" · ")[0]

    assert said(State.FINISHED) == "Finished"
    assert said(State.STOPPED) == "Stopped at 10 of 10"
    assert said(State.FAILED) == "Failed at 10 of 10"
    assert said(State.PAINTING, server="dead") == "Stopped at 10 of 10"
    live = Snapshot(run_id="x", state=State.PAINTING, epoch=4, epochs=10, scale=(85, 128), previews_seen=3)
    shown = card(piece(studio, hang(runs).run_id), live=live, chosen=False)
    assert shown["state"].startswith("Being painted, 4 of 10")
    assert shown["share"] == 0.4


def test_a_damaged_run_can_only_be_renamed_pinned_and_deleted(studio: Standin, runs: Path) -> None:
    run = hang(runs)
    (run.folder / "state.json").unlink()
    shown = card(piece(studio, run.run_id), live=None, chosen=False)
    assert (shown["title"], shown["state"], shown["src"]) == ("A damaged painting", "Damaged", "")
    assert "damaged" in shown["note"]
    assert {"delete", "choose"} <= set(shown["may"])
    assert "repeat" not in shown["may"]


def piece(studio: Standin, run_id: str) -> Piece:
    found = studio.gallery.piece(run_id)
    assert found is not None
    return found


def test_what_differs_between_two_is_named(studio: Standin, runs: Path) -> None:
    one, other = hang(runs, style_weight=1e4), hang(runs, style_weight=3e4, seed=5)
    rows = comparison.differences(piece(studio, one.run_id), piece(studio, other.run_id))
    assert rows == [("Style weight", "10\u202f000", "30\u202f000"), ("Seed", "0", "5")]
    assert comparison.differences(piece(studio, one.run_id), piece(studio, one.run_id)) == []


def test_what_two_were_steered_to_differs_too(studio: Standin, runs: Path) -> None:
    one, other = hang(runs), hang(runs)
    other.write(replace(other.read(), steered=((4, Weighting(1.0, 47_000.0, 0.0)),)))
    rows = comparison.differences(piece(studio, one.run_id), piece(studio, other.run_id))
    assert rows == [("Changed on the way", "no", "from epoch 4 on: content 1, style 47\u202f000, TV off")]
    assert "style 47\u202f000" in card(piece(studio, other.run_id), live=None, chosen=False)["facts"]


# --- the side doors -----------------------------------------------------------------------------------------------


@pytest.fixture
def get(studio: Standin) -> Iterator[Callable[..., Answer]]:
    with serving(gallery_routes.routes(lambda: studio)) as opened:  # type: ignore[arg-type,return-value]
        yield opened


def test_a_thumbnail_is_a_small_picture_that_the_browser_keeps(get: Callable[..., Answer], runs: Path) -> None:
    status, headers, body = get(gallery_routes.thumbnail_address(hang(runs).run_id, 5))
    assert status == 200
    assert "immutable" in headers["cache-control"]
    with Image.open(io.BytesIO(body)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (128, 85))


@pytest.mark.parametrize("address", ["wall/1/20250101-000000-000000.jpg", "wall/1/..%2f..%2fsecret.jpg"])
def test_a_thumbnail_of_nothing_is_not_found(get: Callable[..., Answer], runs: Path, address: str) -> None:
    assert not runs.exists()
    assert get(address)[0] == 404


def test_another_name_for_this_machine_is_turned_away(get: Callable[..., Answer], runs: Path) -> None:
    assert get(gallery_routes.thumbnail_address(hang(runs).run_id, 5), Host="evil.example")[0] == 400


def test_the_zip_holds_every_picture_with_its_recipe_under_its_title(
    get: Callable[..., Answer], runs: Path, studio: Standin
) -> None:
    ids = [hang(runs).run_id for _ in range(3)]
    studio.gallery.rename(ids[2], "../../etc/passwd: a *title*")
    _, headers, body = get(gallery_routes.export_address())
    assert headers["content-disposition"].endswith('.zip"')
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        assert len(names) == 6
        assert {"Harbour, after Blue hour.png", "Harbour, after Blue hour 2.png"} <= set(names)
        assert not any("/" in name or "\\" in name for name in names)
        for name in names:
            if name.endswith(".png"):
                assert read_recipe(packed.read(name)) is not None
            else:
                assert json.loads(packed.read(name))["settings"]["size"] == 128
    with zipfile.ZipFile(io.BytesIO(get(gallery_routes.export_address(ids[:1]))[2])) as packed:
        assert len(packed.namelist()) == 2


@pytest.mark.parametrize("title", ["con", "LPT1.old", "\u9ec4\u660f" * 40, "\U0001f30a", "...", "a. "])
def test_every_system_can_unpack_what_the_zip_names(
    get: Callable[..., Answer], runs: Path, studio: Standin, title: str
) -> None:
    run_id = hang(runs).run_id
    studio.gallery.rename(run_id, title)
    with zipfile.ZipFile(io.BytesIO(get(gallery_routes.export_address())[2])) as packed:
        for name in packed.namelist():
            stem = name.rpartition(".")[0]
            assert stem.strip(". ") == stem != ""
            assert len(name.encode()) <= 255
            assert stem.split(".")[0].lower() not in ("con", "lpt1")


def test_a_picture_in_the_making_has_another_address_whenever_it_changes(studio: Standin, runs: Path) -> None:
    """Also after a Continue, which counts the pictures from another number: browsers keep them for a year."""
    hanging = piece(studio, hang(runs).run_id)

    def address(preview: bytes) -> str:
        live = Snapshot(run_id="x", state=State.PAINTING, epochs=10, preview=preview, previews_seen=3)
        return card(hanging, live=live, chosen=False)["src"]

    assert address(b"before") == address(b"before") != address(b"after")


def test_what_cannot_be_read_is_left_out_of_the_zip(get: Callable[..., Answer], runs: Path) -> None:
    whole, damaged, empty = hang(runs), hang(runs), hang(runs)
    (damaged.folder / "state.json").write_text("{")
    empty.result.unlink()
    for _, preview in empty.timeline():
        preview.unlink()
    body = get(gallery_routes.export_address([whole.run_id, damaged.run_id, empty.run_id, "../../x"]))[2]
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        assert len(packed.namelist()) == 2


def test_a_painting_is_called_by_its_title_wherever_it_is_shown(studio: Standin, visit: Callable[..., AppTest]) -> None:
    run_id = studio.submit(given(PHOTO, [("wave.jpg", PHOTO)], photo_name="cat.jpg"), Settings(epochs=10))
    studio.paint(run_id, 10, State.FINISHED)
    hang(studio.home / "runs").folder.rename(studio.home / "runs" / run_id)
    studio.gallery.rename(run_id, "My evening")
    assert "<h1>My evening</h1>" in text(visit(run_id))


@pytest.mark.parametrize(
    "sent",
    [None, 5, [], {}, {"what": 1, "id": "x"}, {"what": "delete"}, {"what": "choose", "id": "", "chosen": "all"}],
)
def test_what_a_browser_sends_in_another_form_is_nothing(sent: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_grid.st, "session_state", {"wall": {"act": sent}})
    assert gallery_grid.acted("wall") is None
    monkeypatch.setattr(gallery_grid.st, "session_state", {})
    assert gallery_grid.acted("wall") is None


def test_what_the_user_does_on_the_wall_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {"what": "choose", "id": "", "chosen": ["a", 5, "b"]}
    monkeypatch.setattr(gallery_grid.st, "session_state", {"wall": {"act": sent}})
    assert gallery_grid.acted("wall") == {"what": "choose", "id": "", "title": "", "chosen": ["a", "b"]}
