"""How long a run has been painted."""

import time


class Stopwatch:
    """Seconds since its creation, without pauses."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._held = 0.0

    def hold(self) -> None:
        """Stand still until `go_on`."""
        self._held = time.perf_counter()

    def go_on(self) -> None:
        """Run again after `hold`."""
        self._began += time.perf_counter() - self._held

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return time.perf_counter() - self._began
