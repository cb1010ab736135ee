"""A film asked for on the command line: its files are checked, it is painted frame by frame, and put together."""

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from PIL import Image

from styletransfer.cli.console import Display, Report
from styletransfer.cli.estimate import check_memory
from styletransfer.cli.interrupt import Interrupt
from styletransfer.imaging.images import open_image
from styletransfer.texts import _, ngettext, pgettext
from styletransfer.video import frame_store
from styletransfer.video.request import FilmRequest
from styletransfer.video.source import SourceFilm

if TYPE_CHECKING:
    from styletransfer.video.job import FilmJob
    from styletransfer.video.painting import FilmWork


def paint(request: FilmRequest, display: Display, *, ray: str | None = None, threads: int | None = None) -> bool:
    """Paint a film and save it.

    Args:
        request: What is asked for.
        display: Is told how it goes.
        ray: Address of the Ray cluster that paints it, "local" for one of this machine alone, or None.
        threads: Of the processor, for each frame; as many as it has if None.

    Returns:
        Whether it was painted to the end; False after Ctrl-C, when the same request goes on from there.

    Raises:
        StyleTransferError: The request, a file or the disk does not allow it, or another process paints the same film.
            What has been painted is kept.
        KeyboardInterrupt: Ctrl-C came before anything was painted, or for the second time.
    """
    request.check()
    film = request.source()
    paintings = [open_image(path) for path in request.paintings]
    with display.waiting(_("Laying out the brushes")), ExitStack() as stack:
        cluster = None
        if ray is not None:
            from styletransfer.cluster.connection import connected

            cluster = stack.enter_context(connected(ray))
        job = _job(request, film, paintings, cluster, threads, display)
        order = job.order
        ended = stack.pop_all()
    with ended, frame_store.opened(request.out, order) as store, Interrupt() as interrupt:
        job.check_disk(store)
        _announce(film, job.size, job.weights.source, store, display)
        painting = job.painting(store)
        with display.progress(pgettext("work", "Painting")) as report:
            whole = _run(painting, interrupt, report)
        if not whole:
            display.say(
                ngettext(
                    "Stopped after {count} frame; the same command goes on from there.",
                    "Stopped after {count} frames; the same command goes on from there.",
                    store.painted,
                )
            )
            return False
        interrupt.armed = False
        with display.waiting(_("Putting the film together")):
            painting.save(request.out)
        store.remove()
    display.say(
        _(
            "Painted {path} ({width} x {height} pixels, {frames} frames).",
            path=request.out,
            width=job.size[0],
            height=job.size[1],
            frames=painting.frames,
        )
    )
    return True


def _job(
    request: FilmRequest,
    film: SourceFilm,
    paintings: list[Image.Image],
    ray: Any,
    threads: int | None,
    display: Display,
) -> "FilmJob":
    """What paints, on a cluster if there is one."""
    import torch  # it takes seconds, for which no mistyped name should wait

    if threads is not None:
        torch.set_num_threads(threads)
    if ray is not None:
        from styletransfer.video.on_ray import RayFilmJob

        return RayFilmJob(request, film, paintings, ray, torch.get_num_threads(), display.say)
    from styletransfer.video.job import FilmJob

    job = FilmJob(request, film, paintings)
    check_memory(job.size, job.settings, job.device, bfloat16=job.bfloat16)
    return job


def _run(painting: "FilmWork", interrupt: Interrupt, report: Report) -> bool:
    """Paint to the end, or until Ctrl-C. Returns whether all is painted."""
    with closing(painting.run()) as steps:
        for progress in steps:
            interrupt.armed = True  # a frame is soon done, and then nothing is lost
            said = _("frame {frame} of {frames}", frame=progress.painted, frames=progress.frames)
            report(progress.done, progress.done + progress.left, said)
            if interrupt.asked:
                return False
    return True


def _announce(
    film: SourceFilm, size: tuple[int, int], network: str, store: frame_store.FrameStore, display: Display
) -> None:
    display.say(_("Network: {network}", network=network))
    if film.colors.high_range:
        display.say(_("{path} has a high dynamic range; it is painted in the usual one (BT.709).", path=film.path))
    display.say(
        ngettext(
            "{count} frame of {width} x {height} pixels.",
            "About {count} frames of {width} x {height} pixels.",
            film.count,
            width=size[0],
            height=size[1],
        )
    )
    if there := store.painted:
        display.say(ngettext("{count} frame is painted already.", "{count} frames are painted already.", there))
