"""A Spanish browser: what the page, its scripts and its style sheets say, and the switch."""

from collections.abc import Callable
from typing import Any

import pytest
from steps import make_small

pytestmark = pytest.mark.browser


def test_everything_that_moves_speaks_spanish_until_english_is_chosen(visit: Callable[..., Any]) -> None:
    page = visit(locale="es-ES")
    page.locator("h1", has_text="Montañas, según Ola").wait_for()
    drop = page.locator(".st-key-photo [data-testid=stFileUploaderDropzoneInstructions]")
    assert drop.evaluate("each => getComputedStyle(each, '::before').content") == '"Suelta aquí tu imagen"'
    make_small(page)
    page.locator(".st-key-palette button", has_text="La de la foto").click()
    page.locator(".st-key-start button").click()
    page.get_by_text("Terminado: 5 épocas en").wait_for()
    page.locator("output.epoch", has_text="Época 5 de 5").wait_for()
    page.locator(".losses", has_text="contenido").wait_for()

    page.locator(".st-key-language button", has_text="English").click()
    page.get_by_text("Finished: 5 epochs in").wait_for()
    page.locator("output.epoch", has_text="Epoch 5 of 5").wait_for()
    page.locator(".st-key-palette [aria-checked=true]", has_text="The photo’s").wait_for()
    page.reload()
    page.get_by_text("Finished: 5 epochs in").wait_for()
