"""What the README says is so."""

import re
from pathlib import Path

import pytest

from styletransfer.cli import arguments, batch, film_arguments
from styletransfer.imaging.images import open_image
from styletransfer.support.paths import assets_dir

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for name in ("photo", "painting"):
        (tmp_path / f"{name}.jpg").write_bytes((assets_dir() / "photos" / "cat.jpg").read_bytes())
    exec(code.replace("Settings(", "Settings(epochs=2, scales=1, ").replace("size=450", "size=64"), {})  # noqa: S102
    assert open_image("painted.png").width == 64


def test_it_names_every_option_and_no_other() -> None:
    known = {option for action in arguments.build_parser()._actions for option in action.option_strings}
    section = README[README.index("## The command line") : README.index("## From Python")]
    named = set(re.findall(r"`(--[a-z0-9-]+)", section))
    assert named == {option for option in known if option.startswith("--")} - {"--help", "--version", "--out"}


def test_its_commands_for_many_pictures_can_be_given() -> None:
    section = README[README.index("## Many pictures") : README.index("## How it works")]
    commands = re.findall(r"^    python -m styletransfer batch (.+)$", section, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        given = batch.build_parser().parse_intermixed_args(command.split())
        assert all((ROOT / path).exists() for path in (*given.photos, *given.paintings))
    known = {option for action in batch.build_parser()._actions for option in action.option_strings}
    assert set(re.findall(r"`(--[a-z0-9-]+)", section)) <= known


def test_its_command_for_a_film_can_be_given() -> None:
    section = README[README.index("## A film") : README.index("## Many pictures")]
    (command,) = re.findall(r"^    python -m styletransfer film (.+)$", section, re.MULTILINE)
    parser = film_arguments.build_parser()
    assert all((ROOT / path).exists() for path in parser.parse_intermixed_args(command.split()).paintings)
    known = {option for action in parser._actions for option in action.option_strings}
    assert set(re.findall(r"`(--[a-z0-9-]+)", section)) <= known


def test_the_first_command_opens_the_page_and_the_second_tests() -> None:
    first, second = re.findall(r"^    (python3 -m venv .*)$", README, re.MULTILINE)
    assert first.endswith("&& python -m styletransfer studio")
    assert second.endswith("&& python -m pytest")


def test_the_example_names_files_that_are_there() -> None:
    photo, painting = re.findall(r"python -m styletransfer (\S+) (\S+) -o painted.png", README)[0]
    assert (ROOT / photo).is_file()
    assert (ROOT / painting).is_file()


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_continuous_integration_runs_its_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "&& python -m pytest\n" in README
    assert "\npython -m pytest\n" in script
