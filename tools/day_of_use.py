"""A day of use in minutes: several tabs of one studio, in which whatever can be clicked is clicked at random.

    python -m tools.day_of_use [--minutes 10] [--tabs 4] [--seed 0]

Prints how many runs were begun and what the processes hold in memory, and at the end whatever a user or a log
complained of: errors in the browser's console, exceptions on the page, tracebacks in the server's log. Ends with 1 if
there was anything.
"""

import argparse
import random
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tools.real_studio import StudioServer, chromium, serving

_TO_PRESS = "button:enabled, a[href], [type=radio]:enabled, summary, [role=tab]"
_TO_MOVE = ".st-key-panel [type=range]"
_SIZES = {"resolution": "Home", "epochs": "Home"}
"""Sliders that stay at their smallest: a day is to have many runs."""
_QUICK = 2_000
"""Milliseconds after which a click is given up: what was there is gone, or covered."""
_EVERY = 15.0
"""Seconds between two looks at the memory."""


class Day:
    """Tabs of one studio and all that was complained of in them."""

    def __init__(self, server: StudioServer, browser: Any, home: Path, tabs: int, chance: random.Random) -> None:
        from playwright.sync_api import Error  # only here, for who has no browser

        self._server, self._home, self._chance, self._gone = server, home, chance, Error
        self.complaints: list[str] = []
        self.clicks = 0
        self._tabs = [self._open(browser) for _ in range(tabs)]

    @property
    def runs(self) -> int:
        """How many runs have a folder, in the trash or not."""
        return sum(1 for _ in self._home.glob("**/state.json"))

    @property
    def memory(self) -> list[str]:
        """What each process holds, the server first: MiB, and open files."""
        server = psutil.Process(self._server.pid)
        told = []
        for process in (server, *server.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                told.append(f"{process.memory_info().rss / 2**20:.0f} MiB, {process.num_fds()} files")
        return told

    def act(self) -> None:
        """Do one thing in one tab, as far as it can be done."""
        page = self._chance.choice(self._tabs)
        with suppress(self._gone):
            self._one_thing(page)
        self.clicks += 1
        for alert in page.locator("[data-testid=stException]").all_inner_texts():
            self.complaints.append(f"an exception on the page: {alert}")

    def _one_thing(self, page: Any) -> None:
        thing = self._chance.random()
        if thing < 0.5:
            self._start(page)
        elif thing < 0.53:
            page.goto(self._server.address)
        elif thing < 0.57:
            page.reload()
        elif thing < 0.6:
            page.go_back()
        elif thing < 0.7:
            self._move(page)
        else:
            self._press(page)

    def _start(self, page: Any) -> None:
        for key, where in _SIZES.items():
            slider = page.locator(f".st-key-{key} [type=range]")
            least = slider.get_attribute("min")
            if slider.input_value() != least:
                slider.press(where)
                page.wait_for_timeout(500)
        if all(page.locator(f".st-key-{key} [type=range]").input_value() == "0" for key in _SIZES):
            page.locator(".st-key-start button").click()

    def _move(self, page: Any) -> None:
        sliders = [one for one in page.locator(_TO_MOVE).all() if one.is_visible()]
        for slider in self._chance.sample(sliders, min(1, len(sliders))):
            slider.press(self._chance.choice(("ArrowLeft", "ArrowRight", "End")))

    def _press(self, page: Any) -> None:
        things = [one for one in page.locator(_TO_PRESS).all() if one.is_visible()]
        if things:
            self._chance.choice(things).click()

    def _open(self, browser: Any) -> Any:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(_QUICK)
        page.set_default_navigation_timeout(60_000)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self._server.address)
        page.locator(".st-key-start button").wait_for(timeout=60_000)
        return page


def main() -> None:
    """Live through the day."""
    parser = argparse.ArgumentParser(description="A day of use in minutes.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--tabs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        with serving(home) as server:
            day = Day(server, chromium(playwright), home, options.tabs, random.Random(options.seed))
            begin = looked = time.monotonic()
            while time.monotonic() < begin + 60 * options.minutes:
                day.act()
                if time.monotonic() > looked + _EVERY:
                    looked = time.monotonic()
                    print(f"{looked - begin:5.0f} s: {day.clicks} clicks, {day.runs} runs;", "; ".join(day.memory))
        log = (home / "server.log").read_text("utf-8", errors="replace")
        complaints = [*day.complaints, *([log] if "Traceback" in log else [])]
    print(*complaints, f"{len(complaints)} complaints", sep="\n")
    sys.exit(bool(complaints))


if __name__ == "__main__":
    main()
