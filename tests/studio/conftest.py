"""The page on a studio that does what a test says."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import APP, looked_at

from styletransfer.studio.server import lifespan


@pytest.fixture(scope="session", autouse=True)
def installed_packages_are_looked_through_once() -> Iterator[None]:
    """For components, which Streamlit does anew for every AppTest."""
    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Standin:
    standin = Standin(tmp_path)
    monkeypatch.setattr(lifespan, "studio", lambda: standin)
    return standin


@pytest.fixture
def visit(studio: Standin) -> Callable[..., AppTest]:
    """Open the page, with a run's id in the address if given, in a browser of some language."""
    assert studio

    def open_page(run: str | None = None, *, locale: str | None = None) -> AppTest:
        page = AppTest.from_file(str(APP), default_timeout=60)
        if locale is not None:
            page.context = {"locale": locale}
        if run is not None:
            page.query_params["run"] = run
        return looked_at(page.run())

    return open_page
