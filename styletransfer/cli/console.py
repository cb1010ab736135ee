"""What the command line shows on standard error: sentences, and how far the work is.

On a terminal the progress is a live bar; in a log file or a pipe it is a line for every tenth of the work.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Column

from styletransfer.texts import _

Report = Callable[[float, float, str], None]
"""Told how much of the work is done, how much there is in all (in any unit), and a few words on the present state."""


def _nothing(_done: float, _total: float, _state: str) -> None:
    """A report that nobody sees."""


class Display:
    """Speaks to the user on standard error.

    Args:
        quiet: Say nothing and show nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._console = Console(stderr=True, quiet=quiet, highlight=False)

    def say(self, sentence: str) -> None:
        """Show a sentence, above the bar if there is one."""
        self._console.print(sentence, markup=False, soft_wrap=True)

    @contextmanager
    def waiting(self, for_what: str) -> Iterator[None]:
        """Show, on a terminal, that something is going on that cannot be measured."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(for_what):
            yield

    @contextmanager
    def progress(self, title: str) -> Iterator[Report]:
        """Show how far the work called `title` is; gives the function that is to be told."""
        if not self._console.is_terminal:
            yield self._lines(title)
            return
        columns: list[str | ProgressColumn] = [
            title,
            BarColumn(bar_width=24, table_column=Column(min_width=8)),
            TimeRemainingColumn(elapsed_when_finished=True, table_column=Column(min_width=7, no_wrap=True)),
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        ]
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(_("getting ready"), total=None)
            yield lambda done, total, state: progress.update(task, completed=done, total=total, description=state)

    @property
    def live(self) -> bool:
        """Whether bars move on a terminal."""
        return self._console.is_terminal

    @contextmanager
    def two_bars(self, whole: str, part: str) -> Iterator[tuple[Report, Report]]:
        """Show, on a terminal, how far the work called `whole` is and, below, its part at hand; gives who is told."""
        if not self.live:
            yield _nothing, _nothing
            return
        columns: list[str | ProgressColumn] = [
            TextColumn("{task.fields[title]}", markup=False, table_column=Column(no_wrap=True)),
            BarColumn(bar_width=24, table_column=Column(min_width=8)),
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
        ]
        with Progress(*columns, console=self._console) as progress:

            def bar(title: str) -> Report:
                task = progress.add_task("", total=None, title=title, visible=False)
                return lambda done, total, state: progress.update(
                    task, completed=done, total=total, description=state, visible=True
                )

            yield bar(whole), bar(part)

    def _lines(self, title: str) -> Report:
        began = time.monotonic()
        shown = 0

        def report(done: float, total: float, state: str) -> None:
            nonlocal shown
            tenths = int(10 * done / total)
            if tenths > shown:
                shown = tenths
                left = (time.monotonic() - began) * (total - done) / done
                self.say(
                    _(
                        "{title}: {share} %, {state}, {seconds} s left",
                        title=title,
                        share=10 * tenths,
                        state=state,
                        seconds=round(left),
                    )
                )

        return report
