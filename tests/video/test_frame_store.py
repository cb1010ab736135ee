"""The folder of painted frames: kept while there is something in it, gone when the film is made."""

from pathlib import Path

import pytest
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.video.frame_store import FrameStore, folder_of, opened

IMAGE = Image.effect_noise((8, 6), 90).convert("RGB")


def test_a_frame_comes_back_as_it_was(tmp_path: Path) -> None:
    with opened(tmp_path / "out.mp4", {"epochs": 3}) as store:
        store.save(4, IMAGE)
    with opened(tmp_path / "out.mp4", {"epochs": 3}) as store:
        assert [store.has(index) for index in (3, 4)] == [False, True]
        assert store.load(4).tobytes() == IMAGE.tobytes()


def test_it_goes_with_what_a_killed_command_has_left_and_nothing_else(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "out.mp4")
    with opened(tmp_path / "out.mp4", {}) as store:
        store.save(0, IMAGE)
        (folder / ".0123456789abcdef.part.png").write_bytes(b"half a frame")
        store.remove()
    assert not folder.exists()
    with opened(tmp_path / "out.mp4", {}) as store:
        (folder / "notes.txt").write_text("somebody's own")
        store.remove()
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_pictures_of_somebody_else_are_not_taken_for_frames(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "out.mp4")
    folder.mkdir()
    IMAGE.save(folder / "000001.png")
    with pytest.raises(StyleTransferError, match="not of this program"), opened(tmp_path / "out.mp4", {}):
        pass
    assert (folder / "000001.png").is_file()


def test_one_at_a_time(tmp_path: Path) -> None:
    with (
        opened(tmp_path / "out.mp4", {}),
        pytest.raises(StyleTransferError, match="right now"),
        opened(tmp_path / "out.mp4", {}),
    ):
        pass


def test_a_link_leads_to_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "link.mp4").symlink_to(tmp_path / "out.mp4")
    assert folder_of(tmp_path / "link.mp4") == folder_of(tmp_path / "out.mp4")
    assert FrameStore(tmp_path).path(0).name == "000001.png"
