"""The command line: `styletransfer PHOTO PAINTING [PAINTING ...] -o OUT`.

It has no defaults of its own: what is not given comes from `Settings`. What is slow to import comes only after the
arguments have been read, so that `--help` and a mistyped option are answered at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast, get_args

from styletransfer.errors import NO_MEMORY, StyleTransferError, is_out_of_memory
from styletransfer.machine.threads import wait_briefly
from styletransfer.settings import PRESETS, Device, Network, Optimizer, Pooling, Precision, Settings, Start, StyleLoss
from styletransfer.support.version import __version__

if TYPE_CHECKING:
    from styletransfer.cli.console import Display
    from styletransfer.imaging.recipe import Recipe

BAD_INPUT = 2
INTERRUPTED = 130
"""Exit codes; 0 is success."""

_MOST_SEARCHED = 200
"""Files beside a picture with a recipe that are looked through for the one that it was started from."""

_USAGE = (
    "%(prog)s PHOTO PAINTING [PAINTING ...] -o OUT [options]\n"
    "       %(prog)s studio [--port N] [--no-browser]\n"
    "       %(prog)s --download-vgg19"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program's name; those of the process if None.

    Returns:
        The exit code: 0, `BAD_INPUT` or `INTERRUPTED`.
    """
    wait_briefly(os.environ)
    try:
        arguments = build_parser().parse_intermixed_args(argv)
        # Imported here as it takes a moment, which a mistyped option need not wait for.
        from styletransfer.cli.console import Display

        display = Display(quiet=arguments.quiet)
        if arguments.download_vgg19:
            return _download(arguments, display)
        return _paint(arguments, display)
    except StyleTransferError as error:
        sys.stderr.write(f"styletransfer: {error}\n")
        return BAD_INPUT
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        sys.stderr.write(f"styletransfer: {NO_MEMORY}\n")
        return BAD_INPUT
    except KeyboardInterrupt:
        sys.stderr.write("styletransfer: Stopped before the picture was saved.\n")
        return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in our own words and way instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        raise StyleTransferError(f"{message[:1].upper()}{message[1:].rstrip('.')}; see --help.")


def build_parser() -> argparse.ArgumentParser:
    """The options; each that has the name of a field of `Settings` sets that field."""
    parser = _Parser(
        prog="styletransfer",
        usage=_USAGE,
        description="Paint a photo in the manner of a painting, on this machine.",
        epilog="Ctrl-C stops the painting and saves what there is. Exit codes: 0 painted, 2 something is wrong with "
        "the input (a sentence says what), 130 stopped by Ctrl-C.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("photo", nargs="?", type=Path, metavar="PHOTO", help="what to paint")
    add("paintings", nargs="*", type=Path, metavar="PAINTING", help="how to paint it: up to four paintings")
    add(
        "-o",
        "--out",
        type=Path,
        metavar="OUT",
        help="where to save the result: a name that ends in .png, .jpg, .webp, .avif or .tiff",
    )
    add("--quiet", action="store_true", help="say nothing unless something is wrong")
    add("--version", action="version", version=f"styletransfer {__version__}")
    add("--download-vgg19", action="store_true", help="fetch the weights of VGG-19 (548 MB) once and for all, and exit")
    _add_settings(parser)
    _add_colors(parser)
    _add_files(parser)
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    presets = ", ".join(
        f"{name} ({max(preset.shape or (preset.size,))} px, {preset.epochs} epochs)" for name, preset in PRESETS.items()
    )
    group = parser.add_argument_group("how to paint", "What is not given comes from the preset.")
    add = group.add_argument
    origin = group.add_mutually_exclusive_group()
    origin.add_argument("--preset", choices=PRESETS, help=f"a set of settings to begin with: {presets}")
    origin.add_argument("--recipe", type=Path, metavar="PICTURE", help="begin with the settings of a painted picture")
    add("--size", type=int, metavar="PIXELS", help="long side of the result; the photo's aspect ratio is kept")
    add("--epochs", type=int, metavar="N", help="steps of painting")
    add("--content-weight", type=float, metavar="X", help="how much the photo matters")
    add("--style-weight", type=float, metavar="X", help="how much the painting matters")
    add("--tv-weight", type=float, metavar="X", help="how much smoothness matters")
    add("--stroke-size", type=float, metavar="X", help="2 for strokes twice as broad, 0.5 for half as broad")
    add(
        "--shares", dest="style_shares", type=_numbers, metavar="X,Y", help="how much each painting counts, such as 2,1"
    )
    add("--content-layers", type=_names, metavar="A,B", help="where the network looks at the photo, such as relu4_2")
    add("--style-layers", type=_names, metavar="A,B", help="where it looks at the painting, such as relu1_1,relu2_1")
    add("--style-loss", choices=get_args(StyleLoss), help="how manners are compared; gram is the textbook's way")
    add("--pooling", choices=get_args(Pooling), help="how the network shrinks what it sees")
    add("--network", choices=get_args(Network), help="auto takes VGG-19 if it has been downloaded, else VGG-16")
    add("--weights", metavar="FILE", help="weights of VGG-16 or VGG-19 of your own (.pth or .safetensors)")
    add("--optimizer", choices=get_args(Optimizer), help="what decides on the next step")
    add("--init", metavar="START", help=f"start from: {', '.join(get_args(Start))}, or the file of a picture")
    add("--seed", type=int, metavar="N", help="another number, another noise to start from")
    add("--device", choices=get_args(Device), help="where to compute; auto takes the fastest there is")
    add("--precision", choices=get_args(Precision), help="how exactly; auto: half where the machine is made for it")


def _add_colors(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("whose colours").add_argument
    add(
        "--match-palette",
        dest="palette",
        action="store_const",
        const="photo",
        help="give the painting the photo's palette before painting",
    )
    add("--photo-colors", type=float, metavar="X", help="colours of the result: 0 the painting's, 1 the photo's")


def _add_files(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to keep besides")
    add = group.add_argument
    add("--bits", type=int, choices=(8, 16), default=8, help="bits of each channel of the pictures; 16 in .png, .tiff")
    add("--save-every", type=int, metavar="N", help="keep the picture of every Nth epoch as OUT-0010.png and so on")
    add("--losses", type=Path, metavar="FILE.csv", help="write the losses of every epoch into a table")
    add(
        "--film", type=Path, metavar="FILE", help="make a film of the painting: a name that ends in .mp4, .webp or .gif"
    )
    add(
        "--state",
        type=Path,
        metavar="FILE",
        help="keep the state of the painting here on the way, at the end and at Ctrl-C; if the file is there, go on "
        "from it, also with more --epochs",
    )
    add("--film-seconds", type=float, metavar="X", help="seconds that the film takes to the last picture")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(map(float, text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"these must be numbers with commas between them, not {text!r}") from None


def _paint(arguments: argparse.Namespace, display: "Display") -> int:
    for name, value in (("PHOTO", arguments.photo), ("PAINTING", arguments.paintings), ("-o OUT", arguments.out)):
        if not value:
            raise StyleTransferError(f"{name} is missing: give a photo, a painting, and -o with a name for the result.")
    recipe = None if arguments.recipe is None else _recipe(arguments.recipe, arguments.weights is not None, display)
    settings = _settings(arguments, recipe)
    settings.shares(len(arguments.paintings))
    restored = recipe.photo_colors if recipe else 0.0
    from styletransfer.cli.request import Request
    from styletransfer.cli.run import paint
    from styletransfer.inputs import Inputs

    request = Request(
        inputs=Inputs(
            photo=arguments.photo,
            paintings=tuple(arguments.paintings),
            start=_start(arguments, recipe, display),
        ),
        out=arguments.out,
        settings=settings,
        save_every=arguments.save_every,
        losses=arguments.losses,
        film=arguments.film,
        film_seconds=Request.film_seconds if arguments.film_seconds is None else arguments.film_seconds,
        photo_colors=restored if arguments.photo_colors is None else arguments.photo_colors,
        steered=recipe.steered if recipe and settings.weighting == recipe.settings.weighting else (),
        state=arguments.state,
        parts=recipe.parts if recipe and arguments.epochs is None else (),
        bits=arguments.bits,
    )
    return 0 if paint(request, display) else INTERRUPTED


def _settings(arguments: argparse.Namespace, recipe: "Recipe | None") -> Settings:
    """The preset's or the recipe's settings, with what else was given on the command line."""
    settings = PRESETS[arguments.preset] if arguments.preset else Settings()
    if recipe is not None:
        settings = recipe.settings
    given = {field.name: getattr(arguments, field.name, None) for field in fields(Settings)}
    if arguments.init not in get_args(Start):
        given["init"] = None
    changes = {name: value for name, value in given.items() if value is not None}
    if arguments.size is not None:
        changes["shape"] = None  # a fixed shape would leave the size without effect
    return replace(settings, **changes)


def _recipe(path: Path, has_weights: bool, display: "Display") -> "Recipe":
    """What a picture was painted with; its settings name the network."""
    from styletransfer.imaging.recipe import read_recipe

    recipe = read_recipe(path)
    if recipe is None:
        raise StyleTransferError(f"{path} carries no recipe; give a picture that was painted by this program.")
    if recipe.weights is not None and not has_weights:
        display.say(f"It was painted with the weights in {recipe.weights.name}: give them with --weights for the same.")
    elif recipe.weights is None and recipe.settings.network == "auto":
        settings = Settings.from_dict(recipe.settings.to_dict() | {"network": recipe.network})
        return replace(recipe, settings=settings)
    return recipe


def _start(arguments: argparse.Namespace, recipe: "Recipe | None", display: "Display") -> Path | None:
    """The picture to start from: what was given, or the recipe's, found by its checksum among the files at hand."""
    if arguments.init is not None:
        return None if arguments.init in get_args(Start) else Path(arguments.init)
    if recipe is None or recipe.inputs.start is None:
        return None
    from styletransfer.imaging.images import LARGEST_FILE
    from styletransfer.imaging.recipe import sha256_of

    candidates = [arguments.photo, *arguments.paintings]
    with suppress(OSError):  # a folder that may not be listed
        candidates += sorted(arguments.recipe.absolute().parent.iterdir())[:_MOST_SEARCHED]
    for path in candidates:
        with suppress(OSError, StyleTransferError):  # a file that cannot be read is not the one
            if path.is_file() and path.stat().st_size <= LARGEST_FILE and sha256_of(path) == recipe.inputs.start:
                display.say(f"It starts from {path}, as the picture with the recipe did.")
                return cast("Path", path)
    display.say(
        f"{arguments.recipe} was started from a picture that is not beside it: give that with --init for the same."
    )
    return None


def _download(arguments: argparse.Namespace, display: "Display") -> int:
    from styletransfer.engine.vgg.download import download_vgg19
    from styletransfer.support.paths import vgg19_available, vgg19_path

    if arguments.photo is not None:
        raise StyleTransferError("--download-vgg19 only downloads: paint with a second command when it is done.")
    if not vgg19_available():
        try:
            with display.progress("VGG-19") as report:
                download_vgg19(lambda done, total: report(done, total, f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"))
        except KeyboardInterrupt:
            sys.stderr.write("styletransfer: The download was stopped; the next one goes on from where it is.\n")
            return INTERRUPTED
    display.say(f"The weights of VGG-19 are in {vgg19_path()}.")
    return 0
