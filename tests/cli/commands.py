"""The command line as tests call it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from styletransfer import cli
from styletransfer.engine import stylize as engine
from styletransfer.engine.frames import Frame
from styletransfer.imaging import recipe
from styletransfer.settings import Settings


def run(photo: Path, painting: Path, out: Path, *options: str) -> int:
    """Paint very small and briefly, unless the options say otherwise."""
    return cli.main([str(photo), str(painting), "-o", str(out), "--size", "64", "--epochs", "3", *options])


def spy(monkeypatch: pytest.MonkeyPatch, epochs: int | None = None) -> dict[str, Any]:
    """Remember what the engine is given, and the settings in the recipe. With `epochs`, fake as many instead."""
    seen: dict[str, Any] = {}
    real, real_recipe = engine.stylize, recipe.make_recipe

    def stylize(content: Image.Image, style: Image.Image, settings: Settings, **extra: Any) -> Iterator[Frame]:
        seen.update({"start": None, **extra}, settings=settings)
        if epochs is None:
            yield from real(content, style, settings, **extra)
        for epoch in range(1, (epochs or 0) + 1):
            losses: Any = {"content": 1.0, "style": 1.0, "tv": 1.0, "total": 3.0}
            yield Frame(
                epoch=epoch, epochs=epochs or 0, scale=(1, 1), losses=losses, seconds=1, image=content, network="vgg16"
            )

    def make_recipe(settings: Settings, **files: Any) -> Any:
        seen["recipe"] = settings
        return real_recipe(settings, **files)

    monkeypatch.setattr(engine, "stylize", stylize)
    monkeypatch.setattr("styletransfer.cli.run.make_recipe", make_recipe)
    return seen
