"""What is remembered of the machine's speed."""

from pathlib import Path

import pytest

from styletransfer.machine.speed import Speed
from styletransfer.machine.speed_store import SpeedStore


def test_a_speed_counts_for_its_network_and_device_only(tmp_path: Path) -> None:
    speeds = SpeedStore(tmp_path / "data" / "speeds.json")
    assert (speeds.find("vgg16", "auto"), speeds.device_kind("auto")) == (None, "auto")
    card, processor = Speed("vgg16", "cuda", 0.1), Speed("vgg16", "cpu", 6.5)
    speeds.learn(card, automatic=True)
    speeds.learn(processor)
    for known in (speeds, SpeedStore(tmp_path / "data" / "speeds.json")):
        found = [known.find("vgg16", device) for device in ("cuda", "cpu", "auto", "mps")]
        assert found == [card, processor, card, None]
        assert known.find("vgg19", "cpu") is None
        assert known.device_kind("auto") == "cuda"


def test_float32_is_known_by_its_own_measurement_or_roughly_by_the_other(tmp_path: Path) -> None:
    speeds = SpeedStore(tmp_path / "speeds.json")
    speeds.learn(Speed("vgg16", "cpu", 3.0))
    assert speeds.find("vgg16", "cpu", "full") == Speed("vgg16", "cpu", 3.0, "full")
    speeds.learn(Speed("vgg16", "cpu", 1.0, bfloat16=True))
    rough = speeds.find("vgg16", "cpu", "full")
    assert rough is not None
    assert rough.seconds_per_megapixel > 1.5
    measured = Speed("vgg16", "cpu", 3.3, "full")
    speeds.learn(measured)
    assert speeds.find("vgg16", "cpu", "full") == measured
    assert speeds.find("vgg16", "cpu") == Speed("vgg16", "cpu", 1.0, bfloat16=True)


def test_bfloat16_is_known_only_where_the_machine_takes_it_by_itself(tmp_path: Path) -> None:
    speeds = SpeedStore(tmp_path / "speeds.json")
    speeds.learn(Speed("vgg16", "cpu", 3.0))
    assert speeds.find("vgg16", "cpu", "half") is None
    speeds.learn(Speed("vgg16", "cpu", 1.0, bfloat16=True))
    assert speeds.find("vgg16", "cpu", "half") == Speed("vgg16", "cpu", 1.0, "half", bfloat16=True)


def test_a_rough_measurement_does_not_replace_another(tmp_path: Path) -> None:
    speeds = SpeedStore(tmp_path / "speeds.json")
    for seconds, rough, kept in ((6.5, True, 6.5), (9.5, True, 6.5), (7.5, False, 7.5)):
        speeds.learn(Speed("vgg16", "cpu", seconds), rough=rough)
        assert speeds.find("vgg16", "cpu") == Speed("vgg16", "cpu", kept)


@pytest.mark.parametrize(
    "text", ["[", "[]", '{"cpu": {"vgg16 auto": "fast"}}', '{"cpu": {"vgg16": 6.5}}', '{"cpu": 3}', "\x00"]
)
def test_a_damaged_file_is_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "speeds.json"
    path.write_text(text)
    speeds = SpeedStore(path)
    assert speeds.find("vgg16", "cpu") is None
    speeds.learn(Speed("vgg16", "cpu", 6.5))
    assert speeds.find("vgg16", "cpu") == Speed("vgg16", "cpu", 6.5)


def test_where_nothing_can_be_written_the_speed_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    SpeedStore(tmp_path / "file" / "speeds.json").learn(Speed("vgg16", "cpu", 6.5))
