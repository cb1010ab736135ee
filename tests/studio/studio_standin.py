"""A studio whose runs stand wherever a test puts them. Same methods as `styletransfer.studio.studio.Studio`."""

import io
import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import UnionType
from typing import cast

from PIL import Image

from styletransfer.inputs import Inputs
from styletransfer.machine.speed import Speed
from styletransfer.settings import Settings, Weighting
from styletransfer.studio.albums import Albums
from styletransfer.studio.films import Films
from styletransfer.studio.lengthy_work import LengthyWork
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.snapshot import LossHistory, Snapshot, State
from styletransfer.studio.storage.gallery import Gallery
from styletransfer.studio.variation_sheets import VariationSheets
from styletransfer.studio.weights_download import Download
from styletransfer.studio.worker.cell_queue import Fault, Progress
from styletransfer.studio.worker.protocol import Lengthy, PaintCell
from styletransfer.studio.worker.run_queue import RunQueue


class StandinQueue:
    """Keeps what sheets and albums ask for; tests set `progress` and `faults` themselves."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.progress: dict[str, Progress] = {}
        self.faults: dict[str, Fault] = {}
        self._asked_for: dict[str, PaintCell] = {}

    def add_cells(self, cells: list[PaintCell]) -> None:
        self.asked.append(("paint", cells[0].run_id))
        self.progress[cells[0].run_id] = Progress()
        self._asked_for[cells[0].run_id] = cells[0]

    def cancel_sheet(self, sheet_id: str) -> None:
        self.asked.append(("cancel", sheet_id))
        self.progress.pop(sheet_id, None)

    def lengthy(self, kind: type[PaintCell] | UnionType = Lengthy) -> list[str]:
        return [run_id for run_id in self.progress if isinstance(self._asked_for.get(run_id), kind)]

    def sheet(self, sheet_id: str) -> tuple[Progress | None, Fault | None]:
        return self.progress.get(sheet_id), self.faults.get(sheet_id)


@dataclass
class Standin:
    """Keeps what it is asked for in `asked`; tests set `runs` and `downloads` themselves."""

    home: Path
    runs: dict[str, Snapshot] = field(default_factory=dict)
    chosen: dict[str, Settings] = field(default_factory=dict)
    given: dict[str, Inputs[Path]] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    download: Download | None = None
    worker_ready: bool = True
    pace: float | None = 2.0
    bfloat16: bool = False
    free: int | None = None
    run_queue: StandinQueue = field(default_factory=StandinQueue)

    @property
    def sheets(self) -> VariationSheets:
        return VariationSheets(self.home / "sheets", cast("RunQueue", self.run_queue), "test")

    @property
    def albums(self) -> Albums:
        return Albums(self.home / "runs", cast("RunQueue", self.run_queue), "test")

    @property
    def films(self) -> Films:
        return Films(self.home / "runs", cast("RunQueue", self.run_queue), "test")

    @property
    def lengthy(self) -> LengthyWork:
        return LengthyWork(self.home / "runs", cast("RunQueue", self.run_queue), "test")

    def submit(self, inputs: Inputs[PictureFile], settings: Settings, *, parent: tuple[str, int] | None = None) -> str:
        run_id = f"20260102-030405-{len(self.runs):06x}"
        waiting = len(self.active())
        self.runs[run_id] = Snapshot(
            run_id=run_id,
            state=State.QUEUED if waiting else State.STARTING,
            place=waiting,
            epochs=settings.epochs,
            photo_name=inputs.photo.name,
            painting_names=tuple(painting.name for painting in inputs.paintings),
            parent=parent,
        )
        self.chosen[run_id] = settings
        self.given[run_id] = inputs.slots().map(lambda slot: self.home / f"{run_id}-{slot[0]}")
        for path, file in zip(self.given[run_id], inputs, strict=True):
            path.write_bytes(file.data)
        self.asked.append(("submit", run_id))
        return run_id

    @property
    def gallery(self) -> Gallery:
        return Gallery(self.home / "runs", active=self.active, alive=lambda _: False)

    def paint(self, run_id: str, epoch: int, state: State = State.PAINTING, **more: object) -> None:
        """Put a run at an epoch, with a picture and curves that fit it."""
        run = self.runs[run_id]
        with Image.open(io.BytesIO((self.home / f"{run_id}-painting").read_bytes())) as opened:
            texture = opened.convert("RGB")
        with Image.open(io.BytesIO((self.home / f"{run_id}-photo").read_bytes())) as opened:
            photo = opened.convert("RGB")
            photo.thumbnail((640, 640))
        mixed = Image.blend(photo, texture.resize(photo.size), 0.55 * epoch / run.epochs)
        buffer = io.BytesIO()
        mixed.save(buffer, "JPEG", quality=90)
        if epoch:
            mixed.save(self.home / f"{run_id}-result.png")
            self._frames(run_id).mkdir(exist_ok=True)
            (self._frames(run_id) / f"{epoch:06d}.jpg").write_bytes(buffer.getvalue())
        epochs = tuple(range(1, epoch + 1))
        terms = {
            "content": tuple(0.8 + 0.5 * math.exp(-e / 9) for e in epochs),
            "style": tuple(0.2 + 40 * math.exp(-e / 4) + 3 / e for e in epochs),
            "tv": tuple(0.04 + 0.06 * (1 - math.exp(-e / 6)) for e in epochs),
        }
        total = tuple(map(sum, zip(*terms.values(), strict=True)))
        self.runs[run_id] = replace(
            run,
            state=state,
            place=0,
            epoch=epoch,
            scale=(photo.height, photo.width) if epoch else None,
            seconds=epoch * 0.8,
            seconds_left=None if state.over else (run.epochs - epoch) * 0.8,
            epochs_per_second=None if state.over else 1.25,
            losses=LossHistory(epochs=epochs, total=total, **terms),
            preview=buffer.getvalue() if epoch else None,
            preview_epoch=epoch,
            previews_seen=epoch,
            network="vgg16",
            **more,  # type: ignore[arg-type]
        )

    def can_carry_on(self, run_id: str) -> bool:
        return self.runs[run_id].state in (State.STOPPED, State.FAILED) and self.runs[run_id].epoch > 0

    def carry_on(self, run_id: str) -> None:
        self.asked.append(("carry_on", run_id))
        self.runs[run_id] = replace(self.runs[run_id], state=State.QUEUED)

    def pause(self, run_id: str) -> None:
        self.asked.append(("pause", run_id))
        self.runs[run_id] = replace(self.runs[run_id], state=State.PAUSED)

    def resume(self, run_id: str) -> None:
        self.asked.append(("resume", run_id))
        self.runs[run_id] = replace(self.runs[run_id], state=State.PAINTING)

    def stop(self, run_id: str) -> None:
        self.asked.append(("stop", run_id))
        self.runs[run_id] = replace(self.runs[run_id], state=State.STOPPED)

    def steer(self, run_id: str, weighting: Weighting) -> None:
        self.asked.append(("steer", run_id, *map(str, weighting.numbers)))

    def snapshot(self, run_id: str) -> Snapshot | None:
        return self.runs.get(run_id)

    def active(self) -> list[str]:
        return [run_id for run_id, run in self.runs.items() if not run.state.over]

    def recent(self, limit: int = 20) -> list[str]:
        return list(reversed(self.runs))[:limit]

    def settings(self, run_id: str) -> Settings | None:
        return self.chosen.get(run_id)

    def inputs(self, run_id: str) -> Inputs[Path] | None:
        return self.given.get(run_id)

    def photo_path(self, run_id: str) -> Path | None:
        return self._file(run_id, "photo")

    def result_path(self, run_id: str) -> Path | None:
        return self._file(run_id, "result.png")

    def losses_csv(self, run_id: str) -> bytes | None:
        run = self.runs.get(run_id)
        if run is None:
            return None
        losses = zip(
            *(getattr(run.losses, name) for name in ("epochs", "content", "style", "tv", "total")), strict=True
        )
        rows = [",".join(map(str, (epoch, 0.8 * epoch, 40, 60, *terms))) for epoch, *terms in losses]
        return "\n".join(["epoch,seconds,height,width,content,style,tv,total", *rows, ""]).encode()

    def timeline(self, run_id: str) -> list[tuple[int, Path]]:
        return sorted((int(path.stem), path) for path in self._frames(run_id).glob("*.jpg"))

    def _frames(self, run_id: str) -> Path:
        return self.home / f"{run_id}-frames"

    def fetch_vgg19(self) -> None:
        self.asked.append(("fetch",))
        self.download = Download("running", 120_000_000, 548_000_000)

    def cancel_fetch(self) -> None:
        self.asked.append(("cancel",))
        self.download = Download("cancelled")

    def fetching(self) -> Download | None:
        return self.download

    def speed(self, settings: Settings) -> Speed | None:
        return None if self.pace is None else Speed("vgg16", "cpu", self.pace, settings.precision, self.bfloat16)

    def device(self, device: str) -> str:
        return "cpu" if device == "auto" else device

    def free_bytes(self) -> int | None:
        return self.free

    def _file(self, run_id: str, name: str) -> Path | None:
        path = self.home / f"{run_id}-{name}"
        return path if run_id in self.runs and path.exists() else None
