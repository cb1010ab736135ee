"""The command line: `styletransfer PHOTO PAINTING [PAINTING ...] -o OUT`.

It has no defaults of its own: what is not given comes from `Settings`. What is slow to import comes only after the
arguments have been read, so that `--help` and a mistyped option are answered at once.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args, get_type_hints

from styletransfer.controls import CONTROLS, Control
from styletransfer.errors import NO_MEMORY, StyleTransferError, is_out_of_memory
from styletransfer.inputs import Inputs
from styletransfer.machine.threads import wait_briefly
from styletransfer.settings import PRESETS, Settings, Start
from styletransfer.support.argument_parser import ArgumentParser
from styletransfer.support.version import __version__
from styletransfer.texts import _, say, speaking
from styletransfer.texts.language import of_system

if TYPE_CHECKING:
    from styletransfer.cli.console import Display
    from styletransfer.imaging.recipe import Recipe

BAD_INPUT = 2
INTERRUPTED = 130
"""Exit codes; 0 is success."""

_USAGE = (
    "%(prog)s PHOTO PAINTING [PAINTING ...] -o OUT [{options}]\n"
    "       %(prog)s batch PHOTOS ... --painting PAINTING -o FOLDER [{options}]\n"
    "       %(prog)s film FILM PAINTING [PAINTING ...] -o OUT.mp4 [{options}]\n"
    "       %(prog)s studio [--port N] [--no-browser]\n"
    "       %(prog)s --download-vgg19"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line, in the system's language.

    Args:
        argv: Arguments without the program's name; those of the process if None.

    Returns:
        The exit code: 0, `BAD_INPUT` or `INTERRUPTED`.
    """
    return answered(lambda: _main(argv))


def _main(argv: Sequence[str] | None) -> int:
    arguments = build_parser().parse_intermixed_args(argv)
    # Imported here as it takes a moment, which a mistyped option need not wait for.
    from styletransfer.cli.console import Display

    display = Display(quiet=arguments.quiet)
    if arguments.download_vgg19:
        return _download(arguments, display)
    return _paint(arguments, display)


def answered(command: Callable[[], int]) -> int:
    """Run a command in the system's language; what is wrong is said on standard error. Returns its exit code."""
    with speaking(of_system()):
        return _answered(command)


def _answered(command: Callable[[], int]) -> int:
    wait_briefly(os.environ)
    try:
        return command()
    except StyleTransferError as error:
        sys.stderr.write(f"styletransfer: {say(error.text)}\n")
        return BAD_INPUT
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        sys.stderr.write(f"styletransfer: {say(NO_MEMORY)}\n")
        return BAD_INPUT
    except KeyboardInterrupt:
        sys.stderr.write(f"styletransfer: {_('Stopped before the picture was saved.')}\n")
        return INTERRUPTED


def build_parser() -> argparse.ArgumentParser:
    """The options; each that has the name of a field of `Settings` sets that field."""
    parser = ArgumentParser(
        prog="styletransfer",
        usage=_USAGE.format(options=_("options")),
        description=_("Paint a photo in the manner of a painting, on this machine."),
        epilog=_(
            "Ctrl-C stops the painting and saves what there is. Exit codes: 0 painted, 2 something is wrong with "
            "the input (a sentence says what), 130 stopped by Ctrl-C."
        ),
    )
    add = parser.add_argument_group(_("pictures")).add_argument
    add("photo", nargs="?", type=Path, metavar="PHOTO", help=_("what to paint"))
    add("paintings", nargs="*", type=Path, metavar="PAINTING", help=_("how to paint it: up to four paintings"))
    add(
        "-o",
        "--out",
        type=Path,
        metavar="OUT",
        help=_("where to save the result: a name that ends in .png, .jpg, .webp, .avif or .tiff"),
    )
    add(
        "--mask",
        dest="masks",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=_("where a painting applies: white there; give one for each painting, in the same order"),
    )
    add(
        "--keep",
        type=Path,
        metavar="FILE",
        help=_("what stays as it is in the photo: white there"),
    )
    add_settings(parser)
    add_colors(parser)
    _add_files(parser)
    rest = parser.add_argument_group(_("the rest"))
    add = rest.add_argument
    add("--quiet", action="store_true", help=_("say nothing unless something is wrong"))
    add(
        "--download-vgg19",
        action="store_true",
        help=_("fetch the weights of VGG-19 (548 MB) once and for all, and exit"),
    )
    parser.add_help_to(rest)
    add("--version", action="version", version=f"styletransfer {__version__}", help=_("show the version and exit"))
    return parser


def add_settings(parser: argparse.ArgumentParser) -> None:
    """The options of the settings, each with the name of its field."""
    presets = ", ".join(
        _(
            "{preset} ({size} px, {epochs} epochs)",
            preset=name,
            size=max(chosen.shape or (chosen.size,)),
            epochs=chosen.epochs,
        )
        for name, chosen in PRESETS.items()
    )
    group = parser.add_argument_group(_("how to paint"), _("What is not given comes from the preset."))
    origin = group.add_mutually_exclusive_group()
    origin.add_argument(
        "--preset", choices=PRESETS, help=_("a set of settings to begin with: {presets}", presets=presets)
    )
    origin.add_argument(
        "--recipe", type=Path, metavar="PICTURE", help=_("begin with the settings of a painted picture")
    )
    kinds = get_type_hints(Settings)
    for name, control in CONTROLS.items():
        if control.option is not None:
            _add_setting(group, control, kinds[name])


def _add_setting(group: argparse._ArgumentGroup, control: Control, kind: Any) -> None:
    """The option of a setting, as the table of controls and the type of its field tell."""
    flag, help_text = (
        f"--{control.flag or control.name.replace('_', '-')}",
        " ".join(filter(None, (say(control.help), say(control.hint)))),
    )
    if control.option:
        read = {int: int, float: float, tuple[str, ...]: _names, tuple[float, ...] | None: _numbers}.get(kind)
        more: dict[str, Any] = {"metavar": control.option} | ({"type": read} if read else {})
    else:
        more = {"choices": get_args(kind)}
    group.add_argument(flag, dest=control.name, help=help_text.replace("%", "%%"), **more)


def add_colors(parser: argparse.ArgumentParser) -> None:
    """The options of whose colours the result has."""
    add = parser.add_argument_group(_("whose colours")).add_argument
    add(
        "--match-palette",
        dest="palette",
        action="store_const",
        const="photo",
        help=_("give the painting the photo's palette before painting"),
    )
    add("--photo-colors", type=float, metavar="X", help=_("colours of the result: 0 the painting's, 1 the photo's"))


def add_bits(group: argparse._ArgumentGroup) -> None:
    """The option of how finely the pictures are kept."""
    said = _("bits of each channel of the pictures; 16 in .png, .tiff")
    group.add_argument("--bits", type=int, choices=(8, 16), default=8, help=said)


def _add_files(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("what to keep besides"))
    add_bits(group)
    add = group.add_argument
    add("--save-every", type=int, metavar="N", help=_("keep the picture of every Nth epoch as OUT-0010.png and so on"))
    add("--losses", type=Path, metavar="FILE.csv", help=_("write the losses of every epoch into a table"))
    add(
        "--film",
        type=Path,
        metavar="FILE",
        help=_("make a film of the painting: a name that ends in .mp4, .webp or .gif"),
    )
    add(
        "--state",
        type=Path,
        metavar="FILE",
        help=_(
            "keep the state of the painting here on the way, at the end and at Ctrl-C; if the file is there, go on "
            "from it, also with more --epochs"
        ),
    )
    add("--film-seconds", type=float, metavar="X", help=_("seconds that the film takes to the last picture"))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(map(float, text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("these must be numbers with commas between them, not {value}", value=repr(text))
        ) from None


def _paint(arguments: argparse.Namespace, display: "Display") -> int:
    for name, value in (("PHOTO", arguments.photo), ("PAINTING", arguments.paintings), ("-o OUT", arguments.out)):
        if not value:
            raise StyleTransferError(
                "{name} is missing: give a photo, a painting, and -o with a name for the result.", name=name
            )
    from styletransfer.cli.recalled import all_inputs, read_whole_recipe

    recipe = None
    if arguments.recipe is not None:
        recipe = read_whole_recipe(arguments.recipe, arguments.weights is not None, display)
    given = Inputs(
        photo=cast("Path", arguments.photo),
        paintings=tuple(arguments.paintings),
        start=None if arguments.init in (None, *get_args(Start)) else Path(arguments.init),
        masks=tuple(arguments.masks),
        keep=cast("Path | None", arguments.keep),
    )
    inputs = given
    if recipe is not None:
        inputs = all_inputs(given, recipe, arguments.recipe, display, started=arguments.init is not None)
    settings = chosen_settings(arguments, recipe, len(inputs.masks))
    settings.check_roles(len(inputs.paintings), len(inputs.masks))
    restored = recipe.photo_colors if recipe else 0.0
    from styletransfer.cli.request import Request
    from styletransfer.cli.run import paint

    request = Request(
        inputs=inputs,
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


def chosen_settings(arguments: argparse.Namespace, recipe: "Recipe | None", masks: int = 0) -> Settings:
    """The preset's or the recipe's settings, with what else was given on the command line."""
    settings = PRESETS[arguments.preset] if arguments.preset else Settings()
    if recipe is not None:
        settings = recipe.settings
        # What the recipe says of other masks, or of shares without masks, does not go with those that there are.
        if len(settings.region_weights or ()) != masks:
            settings = replace(settings, region_weights=None)
        if masks:
            settings = replace(settings, style_shares=None)
    given = {field.name: getattr(arguments, field.name, None) for field in fields(Settings)}
    if arguments.init not in get_args(Start):
        given["init"] = None
    changes = {name: value for name, value in given.items() if value is not None}
    if arguments.size is not None:
        changes["shape"] = None  # a fixed shape would leave the size without effect
    return replace(settings, **changes)


def _download(arguments: argparse.Namespace, display: "Display") -> int:
    from styletransfer.engine.vgg.download import download_vgg19
    from styletransfer.support.paths import vgg19_available, vgg19_path

    if arguments.photo is not None:
        raise StyleTransferError("--download-vgg19 only downloads: paint with a second command when it is done.")
    if not vgg19_available():
        try:
            with display.progress("VGG-19") as report:
                download_vgg19(
                    lambda done, total: report(
                        done, total, _("{done} of {total} MB", done=round(done / 1e6), total=round(total / 1e6))
                    )
                )
        except KeyboardInterrupt:
            said = _("The download was stopped; the next one goes on from where it is.")
            sys.stderr.write(f"styletransfer: {said}\n")
            return INTERRUPTED
    display.say(_("The weights of VGG-19 are in {path}.", path=vgg19_path()))
    return 0
