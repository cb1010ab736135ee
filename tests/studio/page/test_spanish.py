"""The page in Spanish: by the browser's language, by the switch, and with what lies on disk in no language."""

from collections.abc import Callable
from dataclasses import replace

from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import looked_at, started, text

from styletransfer.studio.failure_text import SMALLER
from styletransfer.studio.snapshot import State
from styletransfer.texts import Text, speaking


def test_the_page_speaks_the_browsers_language(visit: Callable[..., AppTest]) -> None:
    page = visit(locale="es-MX")
    assert page.button(key="start").label == "Empezar a pintar"
    assert page.select_slider(key="style_weight").label == "Peso del estilo"
    assert "Montañas, según Ola" in text(page)
    assert '--word-drop: "Suelta aquí tu imagen"' in text(page)


def test_the_switch_counts_for_more_and_nothing_that_is_set_is_lost(visit: Callable[..., AppTest]) -> None:
    page = visit()
    page.select_slider(key="style_weight").set_value(0.0)
    looked_at(page.run())
    looked_at(page.button_group(key="language").set_value("es").run())
    assert page.button(key="start").label == "Empezar a pintar"
    assert page.select_slider(key="style_weight").value == 0.0
    with speaking("es"):  # AppTest words what a browser would send
        looked_at(page.button_group(key="language").set_value("en").run())
    assert page.button(key="start").label == "Start painting"


def test_why_a_run_failed_is_said_in_the_visitors_language(studio: Standin, visit: Callable[..., AppTest]) -> None:
    run = studio.runs[started(visit())]
    why = Text("The process that paints ended unexpectedly (code {code}).", code=3)
    studio.runs[run.run_id] = replace(run, state=State.FAILED, error=why, remedy=SMALLER)
    page = visit(run.run_id, locale="es")
    assert "El proceso que pinta terminó de forma inesperada (código 3)." in [error.value for error in page.error]
    assert "Empieza de nuevo con una resolución más pequeña." in text(page)
