"""What the page costs the painting: one painting, with its page open, hidden and closed in turn, in a real browser.

    python -m benchmarks.page_cost [--seconds 10] [--rounds 3] [--kinds closed open]

The painting is one and the same, so that a machine whose speed drifts is fair to all. What each process takes of the
processors is told apart, and in the browser what its main thread does (scripts, layout) from its drawing, which here
is done by the processors and elsewhere by a graphics card.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

from benchmarks.measure import whole_number
from tools.real_studio import chromium, serving

SETTLING = 3.0
"""Seconds that are not counted after the page was opened or closed."""
COARSE = 2
"""The default preset paints the first half of its epochs at this part of its resolution: all that is looked at here."""
PREVIEW = ".st-key-live_image img[alt*='painted up to']"
HIDE = """
    Object.defineProperty(document, "visibilityState", {get: () => "hidden", configurable: true});
    Object.defineProperty(document, "hidden", {get: () => true, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
"""


@dataclass(frozen=True)
class Window:
    """A stretch of the painting.

    Attributes:
        speed: Epochs a second.
        load: Processor seconds that each kind of process took in a second.
    """

    speed: float
    load: dict[str, float]


class Watch:
    """Reads the clocks of a painting in the folder `home`, of its server and of all browsers of this process."""

    def __init__(self, home: Path, server: psutil.Process) -> None:
        self._home = home
        self._server = server
        self._known: dict[int, tuple[psutil.Process, str | None]] = {}

    def look(self, seconds: float, page: Any = None) -> Window:
        """Look on for some seconds, whole epochs only; `page` is the open page, if any."""
        session = None if page is None else page.context.new_cdp_session(page)
        if session is not None:
            session.send("Performance.enable")
        began, first, thread = self._epoch(), self._processors(), _main_thread(session)
        start = time.perf_counter()
        time.sleep(seconds)
        while (ended := self._epoch()) == began:  # a slow machine has not done an epoch yet
            time.sleep(0.1)
        last = self._processors()
        took = time.perf_counter() - start
        load = {name: (value - first.get(name, 0.0)) / took for name, value in last.items()}
        if session is not None:
            load["(of which main thread)"] = (_main_thread(session) - thread) / took
            session.detach()
        return Window((ended[0] - began[0]) / (ended[1] - began[1]), load)

    def _epoch(self) -> tuple[int, float]:
        """(epochs done, seconds of painting) as of the newest line of the run's losses."""
        path = next(self._home.glob("runs/*/losses.csv"))
        epoch, seconds, *_ = path.read_text("ascii").rpartition("\n")[0].rpartition("\n")[2].split(",")
        return int(epoch), float(seconds)

    def _processors(self) -> dict[str, float]:
        seconds: dict[str, float] = {}
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                known, name = self._known.setdefault(process.pid, (process, self._kind(process)))
                if name is not None:
                    times = known.cpu_times()
                    seconds[name] = seconds.get(name, 0.0) + times.user + times.system
        return seconds

    def _kind(self, process: psutil.Process) -> str | None:
        command = process.cmdline()
        if process == self._server:
            return "server"
        if "styletransfer.studio.worker.painter" in command:
            return "worker"
        if "chrom" not in process.name():
            return None
        kinds = [part.partition("=")[2] for part in command if part.startswith(("--type=", "--utility-sub-type="))]
        return f"browser: {kinds[-1].partition('.')[0] if kinds else 'main process'}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the page costs the painting.")
    parser.add_argument("--seconds", type=whole_number, default=10, help="of each look")
    parser.add_argument("--rounds", type=whole_number, default=3)
    parser.add_argument("--resolution", type=whole_number, default=448, help="pixels along the long side")
    parser.add_argument("--kinds", nargs="+", choices=("closed", "open", "hidden"), default=("closed", "open"))
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp())
    try:
        with serving(home) as server, sync_playwright() as playwright, closing(chromium(playwright)) as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(90_000)
            begin(page, server.address, options.resolution)
            run, watch = page.url, Watch(home, psutil.Process(server.pid))
            windows: dict[str, list[Window]] = {kind: [] for kind in options.kinds}
            for _ in range(options.rounds):
                for kind in options.kinds:
                    show(page, run if kind != "closed" else None, hidden=kind == "hidden")
                    windows[kind].append(watch.look(options.seconds, page if kind != "closed" else None))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    report(windows)


def begin(page: Any, address: str, resolution: int) -> None:
    """Start a painting of the first pair that lasts longer than anyone looks on."""
    page.goto(address)
    page.locator(".st-key-start button").wait_for()
    for key, wanted in (("resolution", str(COARSE * resolution)), ("epochs", None)):
        slider = page.locator(f".st-key-{key} input[type=range]")
        slider.focus()
        slider.press("End" if wanted is None else "Home")
        while wanted is not None and slider.get_attribute("aria-valuetext") != wanted:
            before = slider.get_attribute("aria-valuetext")
            slider.press("ArrowRight")
            page.wait_for_timeout(60)
            if slider.get_attribute("aria-valuetext") == before:
                raise SystemExit(f"The page offers no resolution of {wanted} pixels.")
        page.wait_for_timeout(800)
    page.locator(".st-key-start button").click()
    page.locator(PREVIEW).wait_for()


def show(page: Any, address: str | None, *, hidden: bool) -> None:
    """Have the page show the run, or nothing, until all is calm."""
    page.goto(address or "about:blank")
    if address is not None:
        page.locator(PREVIEW).wait_for()
    if hidden:
        page.evaluate(HIDE)
    page.wait_for_timeout(1000 * SETTLING)


def report(windows: dict[str, list[Window]]) -> None:
    """Print medians."""
    kinds = list(windows)
    speeds = {kind: statistics.median(window.speed for window in windows[kind]) for kind in kinds}
    names = sorted({name for each in windows.values() for window in each for name in window.load})
    print(f"{'':28}" + "".join(f"{kind:>10}" for kind in kinds))
    print(f"{'epochs a second':28}" + "".join(f"{speeds[kind]:10.3f}" for kind in kinds))
    for name in names:
        medians = (statistics.median(window.load.get(name, 0.0) for window in windows[kind]) for kind in kinds)
        print(f"{name:28}" + "".join(f"{100 * value:9.1f}%" for value in medians))
    for kind in kinds[1:]:
        print(f"{kind} costs {100 * (1 - speeds[kind] / speeds[kinds[0]]):.1f} % of the speed of {kinds[0]}")
    print(
        "single looks: " + "; ".join(f"{kind} " + " ".join(f"{w.speed:.2f}" for w in windows[kind]) for kind in kinds)
    )


def _main_thread(session: Any) -> float:
    """Seconds that the page's main thread has been at work."""
    if session is None:
        return 0.0
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


if __name__ == "__main__":
    main()
