"""The command line of films: `styletransfer film IN.mp4 PAINTING [PAINTING ...] -o OUT.mp4`."""

import argparse
import math
from dataclasses import replace
from pathlib import Path

from styletransfer.cli.arguments import INTERRUPTED, add_settings, answered, chosen_settings
from styletransfer.cli.console import Display
from styletransfer.cli.ray_arguments import add_ray, check_threads
from styletransfer.cli.recalled import read_whole_recipe
from styletransfer.errors import StyleTransferError
from styletransfer.support.argument_parser import ArgumentParser
from styletransfer.texts import _
from styletransfer.video.defaults import EPOCHS, SIZE


def main(argv: list[str] | None = None) -> int:
    """Paint a film. Returns the exit code.

    Args:
        argv: Arguments without the program's name and "film".
    """
    return answered(lambda: _paint(build_parser().parse_intermixed_args(argv)))


def build_parser() -> argparse.ArgumentParser:
    """The options; those of the settings are the picture's."""
    parser = ArgumentParser(
        prog="styletransfer film",
        usage=f"%(prog)s FILM PAINTING [PAINTING ...] -o OUT.mp4 [{_('options')}]",
        description=_("Paint a film in the manner of a painting, steadily, each frame going on from the last one."),
        epilog=_(
            "Painted frames are kept in a folder beside OUT until the film is done: after Ctrl-C or a power cut, the "
            "same command goes on. Exit codes: 0 painted, 2 something is wrong (a sentence says what), 130 stopped by "
            "Ctrl-C."
        ),
    )
    add = parser.add_argument_group(_("films")).add_argument
    add("film", nargs="?", type=Path, metavar="FILM", help=_("what to paint: MP4, MOV, MKV, WebM, AVI or MPEG"))
    add("paintings", nargs="*", type=Path, metavar="PAINTING", help=_("how to paint it: up to four paintings"))
    add("-o", "--out", type=Path, metavar="OUT", help=_("where to save the film: a name that ends in .mp4"))
    add("--from", dest="begin", type=_time, default=0.0, metavar="TIME", help=_("begin there: seconds, or 1:30"))
    add("--to", dest="end", type=_time, metavar="TIME", help=_("end there: seconds, or 1:30"))
    add("--every", type=int, default=1, metavar="N", help=_("paint only every Nth frame"))
    add(
        "--first-epochs",
        type=int,
        metavar="N",
        help=_("epochs of the first frame of each shot; --epochs are those of every other frame"),
    )
    add_settings(parser)
    parser.add_argument_group(_("whose colours")).add_argument(
        "--match-palette",
        dest="palette",
        action="store_const",
        const="photo",
        help=_("give the painting the palette of each shot's first frame before painting"),
    )
    add_ray(parser, _("threads of the processor for each frame"))
    rest = parser.add_argument_group(_("the rest"))
    rest.add_argument("--quiet", action="store_true", help=_("say nothing unless something is wrong"))
    parser.add_help_to(rest)
    return parser


def _time(text: str) -> float:
    """Seconds from "90", "1:30" or "0:01:30.5"."""
    parts = text.split(":")
    try:
        seconds = math.fsum(float(part) * (1, 60, 3600)[place] for place, part in enumerate(reversed(parts[-3:])))
    except ValueError:
        seconds = math.nan
    if len(parts) > 3 or text.strip().startswith("-") or not math.isfinite(seconds):
        raise argparse.ArgumentTypeError(
            _("this must be seconds or a time such as 1:30, not {value}", value=repr(text))
        )
    return seconds


def _paint(arguments: argparse.Namespace) -> int:
    for name, value in (("FILM", arguments.film), ("PAINTING", arguments.paintings), ("-o OUT", arguments.out)):
        if not value:
            raise StyleTransferError(
                "{name} is missing: give a film, a painting, and -o with a name for the result.", name=name
            )
    if arguments.every < 1:
        raise StyleTransferError("--every must be a whole number of at least 1, not {value}.", value=arguments.every)
    if arguments.end is not None and arguments.end <= arguments.begin:
        raise StyleTransferError("--to must be later than --from.")
    check_threads(arguments)
    display = Display(quiet=arguments.quiet)
    from styletransfer.cli.film_run import paint
    from styletransfer.video.request import FilmRequest

    epochs = EPOCHS if arguments.epochs is None else arguments.epochs
    if arguments.size is None and arguments.preset is None and arguments.recipe is None:
        arguments.size = SIZE
    arguments.epochs = arguments.first_epochs
    recipe = (
        None
        if arguments.recipe is None
        else read_whole_recipe(arguments.recipe, arguments.weights is not None, display)
    )
    settings = chosen_settings(arguments, recipe)
    settings.shares(len(arguments.paintings))
    replace(settings, epochs=epochs)  # checks the number
    request = FilmRequest(
        film=arguments.film,
        paintings=tuple(arguments.paintings),
        out=arguments.out,
        settings=settings,
        epochs=epochs,
        begin=arguments.begin,
        end=arguments.end,
        every=arguments.every,
    )
    painted = paint(request, display, ray=arguments.ray, threads=arguments.threads)
    return 0 if painted else INTERRUPTED
