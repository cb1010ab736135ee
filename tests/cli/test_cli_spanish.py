"""The command line in the system's language."""

import subprocess
import sys
from pathlib import Path

import pytest
from commands import run, spy

from styletransfer import cli


@pytest.fixture(autouse=True)
def spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "es_ES.UTF-8")


def test_help_and_complaints_are_spanish(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert said.startswith("uso: styletransfer PHOTO PAINTING")
    assert "Con qué fuerza se imponen los colores" in said
    assert cli.main(["a.jpg", "b.jpg", "-o", "c.png", "--size", "x"]) == 2
    assert "--size tiene que ser un número entero, no 'x'; consulta --help." in capsys.readouterr().err


def test_a_complaint_of_our_own_is_all_spanish(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["a.jpg", "b.jpg", "-o", "c.png", "--shares", "half"]) == 2
    said = "styletransfer: --shares: tienen que ser números separados por comas, no 'half'; consulta --help.\n"
    assert capsys.readouterr().err == said


def test_what_the_engine_refuses_is_said_in_spanish(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(tmp_path / "a.jpg", tmp_path / "b.jpg", tmp_path / "c.png") == 2
    assert "No existe el archivo" in capsys.readouterr().err


def test_a_painting_is_told_in_spanish(
    photo: Path, painting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spy(monkeypatch, epochs=3)
    assert run(photo, painting, tmp_path / "c.png") == 0
    said = capsys.readouterr().err
    assert "Red: VGG-16 (los pesos originales, incluidos)" in said
    assert "Pintando: 100 %, 3/3, contenido 1, estilo 1, tv 1, quedan 0 s" in said
    assert "Pintado: " in said


def test_another_process_speaks_it_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "styletransfer", str(tmp_path / "a.jpg"), "b.jpg", "-o", str(tmp_path / "c.png")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (result.returncode, result.stderr.startswith("styletransfer: No existe el archivo")) == (2, True)
