"""What it costs to have Ray paint many pictures: tasks that only wait as long as a picture takes, with its bytes.

    python -m benchmarks.scheduler [--slots 8] [--photo-mb 3] [--picture-mb 1] [--seconds 3 1 0.3 0.1 0]

What the driver and the scheduler have to do depends on how many tasks begin and end in a second, not on what they do
meanwhile. So a few slots with short tasks are to them what many nodes with real pictures are: 8 slots with tasks of
0.1 s are 80 tasks a second, as 2400 slots with pictures of 30 s. Where the rate falls behind the ideal one, there lies
the limit. The driver reads a file for each task and writes one, as a batch does.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measure import whole_number
from styletransfer.cluster.connection import LOCAL, connected
from styletransfer.imaging.recipe import sha256_of
from styletransfer.support.files import replacing

PICTURE = 30.0
"""Seconds that a real picture takes, for the last column."""


def wait(photo: bytes, seconds: float, size: int) -> bytes:
    """The task: as long as a picture takes, and as large."""
    time.sleep(seconds)
    return photo[:1] * size


def run(ray: Any, folder: Path, slots: int, seconds: float, picture: int, tasks: int) -> tuple[float, float]:
    """Have so many tasks done. Returns the seconds that it took, and those of this process's own processor time."""
    task = ray.remote(wait).options(num_cpus=1)
    photo, result = folder / "photo", folder / "result"
    before, began = psutil.Process().cpu_times(), time.perf_counter()
    running: list[Any] = []
    sent = 0
    while sent < tasks or running:
        while sent < tasks and len(running) < 2 * slots:
            data = photo.read_bytes()
            sha256_of(data)
            running.append(task.remote(data, seconds, picture))
            sent += 1
        done, running = ray.wait(running)
        for reference in done:
            with replacing(result) as temporary:
                temporary.write_bytes(ray.get(reference))
    after = psutil.Process().cpu_times()
    return time.perf_counter() - began, after.user + after.system - before.user - before.system


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="What Ray's coordination costs.")
    parser.add_argument("--slots", type=whole_number, default=8, help="tasks at a time")
    parser.add_argument("--photo-mb", type=float, default=3.0, help="what travels to a task")
    parser.add_argument("--picture-mb", type=float, default=1.0, help="what travels back")
    parser.add_argument("--seconds", type=float, nargs="+", default=[3.0, 1.0, 0.3, 0.1, 0.0], help="of a task")
    parser.add_argument("--for-seconds", type=float, default=10.0, help="that each line is to take at least")
    options = parser.parse_args()
    with connected(LOCAL, processors=options.slots) as ray, tempfile.TemporaryDirectory() as name:
        (Path(name) / "photo").write_bytes(bytes(int(1e6 * options.photo_mb)))
        picture = int(1e6 * options.picture_mb)
        run(ray, Path(name), options.slots, 2.0, picture, 2 * options.slots)  # starts the processes
        lines = [f"{'task':>8}{'ideal':>10}{'reached':>10}{'share':>8}{'driver':>12}{'as at 30 s':>14}"]
        for seconds in options.seconds:
            tasks = max(2 * options.slots, int(options.for_seconds * min(options.slots / max(seconds, 1e-9), 100)))
            took, own = run(ray, Path(name), options.slots, seconds, picture, tasks)
            ideal = options.slots / seconds if seconds else float("inf")
            rate = tasks / took
            lines.append(
                f"{seconds:6.2f} s{ideal:8.1f}/s{rate:8.1f}/s{rate / ideal if seconds else 0:8.2f}"
                f"{1e3 * own / tasks:9.1f} ms{rate * PICTURE:8.0f} slots"
            )
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
