"""A real server with the real engine, and a real browser that fails a test on any error or any foreign request."""

import os
import re
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from tools.real_studio import chromium, serving

_STOP = """
    () => {
        const stop = document.querySelector(".st-key-stop button:enabled");
        stop?.click();
        return stop !== null;
    }
"""
"""Stops the run that a page shows, in one look: it may end between two."""
_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed, so that what its pages said can be told."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright_api = pytest.importorskip("playwright.sync_api") if "CI" not in os.environ else None
    if playwright_api is None:
        import playwright.sync_api as playwright_api  # a missing browser is a failure in CI, not a skip
    with playwright_api.sync_playwright() as playwright:
        try:
            opened = chromium(playwright)
        except playwright_api.Error as error:
            if "CI" in os.environ:
                raise
            pytest.skip(f"There is no Chromium here: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a studio on a data folder of its own."""
    with serving(tmp_path_factory.mktemp("home")) as running:
        yield running.address


@pytest.fixture(scope="session")
def profile(browser: Any) -> Iterator[Any]:
    """A browser profile that has the page's scripts at hand once it has seen them, as a user's has."""
    context = browser.new_context()
    context.set_default_timeout(90_000)
    yield context
    context.close()


@pytest.fixture
def visit(browser: Any, profile: Any, server: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Opens the page in a browser that knows only its scripts; afterwards all pages must have been free of errors."""
    pages, contexts, complaints = [], [], []
    profile.clear_cookies()

    def open_page(query: str = "", *, width: int = 1440, height: int = 900, **options: Any) -> Any:
        context = profile
        if options:  # which are those of a whole profile
            context = browser.new_context(**options)
            context.set_default_timeout(90_000)
            contexts.append(context)
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        pages.append(page)
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{message.text} {message.location['url']}") if message.type == "error" else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if re.match(rf"{server}/|data:|blob:", request.url)
                else complaints.append(f"a request to {request.url}")
            ),
        )
        page.goto(server + query)
        page.locator(".st-key-start button, .st-key-wall").locator("visible=true").first.wait_for()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(state="attached")
        return page

    yield open_page
    failed = request.node.stash.get(_FAILED, False)
    for page in pages:
        if failed:
            print(f"{page.url}\n{page.locator('body').inner_text()}\n{complaints}")  # noqa: T201  # what a failed test shows
        if page.evaluate(_STOP):  # after a failure: the next test is not to wait for this one's run
            page.wait_for_timeout(500)
        page.close()
    for context in contexts:
        context.close()
    assert complaints == []
