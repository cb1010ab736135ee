"""`styletransfer batch PHOTOS... --painting P -o FOLDER`: many pictures with one command."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from styletransfer.cli.arguments import (
    INTERRUPTED,
    add_bits,
    add_colors,
    add_settings,
    answered,
    chosen_settings,
)
from styletransfer.cli.interrupt import Interrupt
from styletransfer.cli.pairs import read_pairs
from styletransfer.cli.ray_arguments import add_ray, check_threads
from styletransfer.errors import StyleTransferError
from styletransfer.settings import Start
from styletransfer.support.argument_parser import ArgumentParser
from styletransfer.texts import _, ngettext, say

if TYPE_CHECKING:
    from styletransfer.batch.folder import Folder
    from styletransfer.batch.plan import Item, Pair
    from styletransfer.batch.run import Batch
    from styletransfer.batch.sources import Source
    from styletransfer.cli.console import Display
    from styletransfer.engine.vgg.weights import Weights
    from styletransfer.imaging.recipe import Recipe

FAILED = 1
"""Exit code where a picture failed."""
_FORMATS = ("png", "jpg", "webp", "avif", "tiff")
_DEEP_FORMATS = ("png", "tiff")
"""Those that hold 16 bits a channel."""


def main(argv: Sequence[str]) -> int:
    """Run the command. Returns 0, `FAILED`, `BAD_INPUT` or `INTERRUPTED`."""
    return answered(lambda: _main(argv))


def build_parser() -> argparse.ArgumentParser:
    """The options; those of the settings are the same as for a single picture."""
    parser = ArgumentParser(
        prog="styletransfer batch",
        usage="%(prog)s PHOTOS ... --painting PAINTING [--painting ...] -o FOLDER [{options}]\n"
        "       %(prog)s --pairs FILE.csv -o FOLDER [{options}]".format(options=_("options")),
        description=_("Paint many photos, each in the manner of each painting, on this machine or on many."),
        epilog=_(
            "What is there already with the same recipe is skipped, so that the same command goes on after Ctrl-C or a "
            "power cut. report.csv in FOLDER tells of each picture. Exit codes: 0 all is painted, 1 some pictures "
            "failed, 2 something is wrong with the input (a sentence says what), 130 stopped by Ctrl-C."
        ),
    )
    group = parser.add_argument_group(_("pictures"))
    add = group.add_argument
    add("photos", nargs="*", type=Path, metavar="PHOTOS", help=_("what to paint: files and folders"))
    add(
        "--painting",
        dest="paintings",
        action="append",
        default=[],
        type=Path,
        metavar="PAINTING",
        help=_(
            "how to paint it: a file or a folder; give it again for more of them, and each photo is painted as each"
        ),
    )
    add(
        "--pairs",
        type=Path,
        metavar="FILE.csv",
        help=_("paint these pairs instead: the columns photo, painting and, if need be, any settings, such as size"),
    )
    add("-o", "--out", type=Path, metavar="FOLDER", help=_("the folder for the results; it is made if need be"))
    add("--recursive", action="store_true", help=_("take the photos in the folders' folders too, and keep those"))
    add("--format", choices=_FORMATS, default="png", help=_("kind of file of the results"))
    add_bits(group)
    add_settings(parser)
    add_colors(parser)
    add_ray(parser, _("threads of the processor for each picture"))
    rest = parser.add_argument_group(_("the rest"))
    rest.add_argument("--quiet", action="store_true", help=_("say nothing unless something is wrong"))
    parser.add_help_to(rest)
    return parser


def _main(argv: Sequence[str]) -> int:
    parser = build_parser()
    arguments = parser.parse_intermixed_args(argv)
    _check(arguments)
    # They take a moment, which a mistyped option need not wait for.
    from styletransfer.cli.console import Display
    from styletransfer.cli.recalled import read_whole_recipe

    display = Display(quiet=arguments.quiet)
    recipe = (
        None
        if arguments.recipe is None
        else read_whole_recipe(arguments.recipe, arguments.weights is not None, display)
    )
    from styletransfer.batch.folder import Folder
    from styletransfer.batch.plan import plan

    folder = Folder(arguments.out)
    pairs = list(_pairs(arguments, parser, list(argv), recipe))
    if len({(pair.settings.network, pair.settings.weights) for pair in pairs}) > 1:
        raise StyleTransferError("All pictures of a batch are painted with one network; make two batches of these.")
    with folder.alone():
        with display.waiting(_("Looking at what is there")):
            items = plan(pairs, folder.path, f".{arguments.format}")
        return _paint(arguments, items, folder, display)


def _check(arguments: argparse.Namespace) -> None:
    if arguments.out is None:
        raise StyleTransferError("-o FOLDER is missing: say where the results go.")
    if arguments.pairs is None and not (arguments.photos and arguments.paintings):
        raise StyleTransferError("Photos and --painting are missing: give both, or a list of pairs with --pairs.")
    if arguments.pairs is not None and (arguments.photos or arguments.paintings):
        raise StyleTransferError("--pairs names photos and paintings itself; leave out the others.")
    check_threads(arguments)
    if arguments.photo_colors is not None and not 0 <= arguments.photo_colors <= 1:
        raise StyleTransferError(
            "--photo-colors must be a number from 0 to 1, not {value}.", value=arguments.photo_colors
        )


def _pairs(
    arguments: argparse.Namespace, parser: argparse.ArgumentParser, argv: list[str], recipe: "Recipe | None"
) -> Iterator["Pair"]:
    """What is to be painted, with the settings of each."""
    from styletransfer.batch.sources import Source, find_pictures

    if arguments.pairs is not None:
        for photo, painting, own in read_pairs(arguments.pairs, parser.parse_intermixed_args, argv):
            yield _pair(own, Source(photo), painting, recipe)
        return
    recursive = arguments.recursive
    photos = find_pictures(arguments.photos, recursive=recursive, besides=arguments.out)
    # Painting by painting, as what the network sees in one is remembered for the next photo.
    for source in find_pictures(arguments.paintings, recursive=recursive, besides=arguments.out):
        first = _pair(arguments, photos[0], source.path, recipe)
        yield from (replace(first, photo=photo) for photo in photos)


def _pair(arguments: argparse.Namespace, photo: "Source", painting: Path, recipe: "Recipe | None") -> "Pair":
    from styletransfer.batch.plan import Pair

    if arguments.bits == 16 and arguments.format not in _DEEP_FORMATS:
        raise StyleTransferError(
            "{format} files cannot hold 16 bits a channel; choose --format png or tiff, or 8 bits.",
            format=arguments.format,
        )
    settings = chosen_settings(arguments, recipe)
    settings.shares(1)
    start = None if arguments.init in (None, *get_args(Start)) else Path(arguments.init)
    if start is not None and not start.is_file():
        raise StyleTransferError("There is no file {path}; check the name.", path=start)
    if recipe is not None and recipe.inputs.start is not None and arguments.init is None:
        raise StyleTransferError(
            "{path} was started from another picture; give that with --init, or --init photo.", path=arguments.recipe
        )
    colors = recipe.photo_colors if recipe else 0.0
    return Pair(
        photo=photo,
        painting=painting,
        settings=settings,
        start=start,
        photo_colors=colors if arguments.photo_colors is None else arguments.photo_colors,
        steered=recipe.steered if recipe and settings.weighting == recipe.settings.weighting else (),
        bits=arguments.bits,
    )


def _paint(arguments: argparse.Namespace, items: "Sequence[Item]", folder: "Folder", display: "Display") -> int:
    """Paint and say what became of it. Returns the exit code."""
    with display.waiting(_("Laying out the brushes")), ExitStack() as stack:
        ray = None
        if arguments.ray is not None:
            from styletransfer.cluster.connection import connected

            ray = stack.enter_context(connected(arguments.ray))
        import torch  # it takes seconds: no mistyped name waits for it

        from styletransfer.engine.vgg.weights import load_weights

        if arguments.threads is not None:
            torch.set_num_threads(arguments.threads)
        weights = load_weights(items[0].pair.settings.network, items[0].pair.settings.weights)
        ended = stack.pop_all()
    display.say(_("Network: {network}", network=weights.source))
    from styletransfer.batch.run import Batch, DiskFullError
    from styletransfer.cli.batch_progress import batch_progress

    full: StyleTransferError | None = None
    with ended, batch_progress(display) as progress, Interrupt() as interrupt:
        batch = Batch(items, folder, weights.name, progress)
        interrupt.armed = True
        whole = False
        try:
            whole = _painted(batch, ray, weights, interrupt)
        except DiskFullError as error:
            full = error
        finally:
            with suppress(StyleTransferError) if full else nullcontext():
                batch.close()
    return _told(batch, full, folder, display, whole=whole)


def _painted(batch: "Batch", ray: Any, weights: "Weights", interrupt: Interrupt) -> bool:
    """Whether it came to the end."""
    if ray is not None:
        import torch

        from styletransfer.batch.on_ray import paint_on_ray

        return paint_on_ray(batch, ray, weights, torch.get_num_threads(), lambda: interrupt.asked)
    from styletransfer.batch.here import paint_here
    from styletransfer.batch.painter import Painter
    from styletransfer.cli.estimate import check_memory

    return paint_here(batch, Painter(weights, check_memory), lambda: interrupt.asked)


def _told(batch: "Batch", full: StyleTransferError | None, folder: "Folder", display: "Display", *, whole: bool) -> int:
    """Say what became of the batch. Returns the exit code."""
    standing = batch.standing()
    said = [ngettext("Painted {count} picture.", "Painted {count} pictures.", standing.painted)]
    if standing.kept:
        said.append(ngettext("{count} was there already.", "{count} were there already.", standing.kept))
    if standing.failed:
        said.append(ngettext("{count} failed.", "{count} failed.", standing.failed))
    said.append(_("{report} tells of each.", report=folder.report))
    if full is not None:
        rest = _("The batch has ended here: make room, and the same command goes on.")
        told = " ".join([say(full.text), rest, *said])
        raise StyleTransferError(told)
    if not whole:
        said.append(_("Stopped by Ctrl-C; the same command goes on."))
    display.say(" ".join(said))
    if not whole:
        return INTERRUPTED
    return FAILED if standing.failed else 0
