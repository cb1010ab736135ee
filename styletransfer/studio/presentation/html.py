"""Small pieces of HTML for the stage. Whatever comes from a file name is escaped here and nowhere else."""

from collections.abc import Iterable, Sequence
from html import escape

from styletransfer.studio.pictures import Picture
from styletransfer.texts import _


def figure(picture: Picture, kind: str) -> str:
    """One picture with its label, large."""
    return (
        f'<figure style="--ratio:{_ratio(picture.size)}">'
        f'<img src="{picture.shown}" alt="{escape(kind)}: {escape(picture.title)}">'
        f"<figcaption><b>{escape(kind)}</b> {escape(picture.title)}</figcaption></figure>"
    )


def diptych(photo: Picture, *paintings: Picture, film: bool = False) -> str:
    """The pictures that are to become one, side by side at the same height; the photo may be the still of a film."""
    painted = "".join(figure(painting, _("Painting")) for painting in paintings)
    return f'<div class="diptych">{figure(photo, _("Film") if film else _("Photo"))}{painted}</div>'


def sources(photo: tuple[str, str], *paintings: tuple[str, str], regions: str = "") -> str:
    """The photo and its paintings, small, beside what is being made of them.

    Args:
        photo: `data:` URL and title.
        paintings: Likewise.
        regions: The photo with its regions, as a `data:` URL; empty without any.
    """
    shown = [(_("Photo"), photo), (_("Regions"), (regions, _("Regions")))]
    shown += [(_("Painting"), painting) for painting in paintings]
    parts = [
        f'<figure><img src="{url}" alt="{kind}: {escape(title)}"><figcaption>{escape(title)}</figcaption></figure>'
        for kind, (url, title) in shown
        if url
    ]
    return f'<div class="sources">{"".join(parts)}</div>'


def thumbnail(picture: Picture, kind: str) -> str:
    """One picture, small, with its title."""
    image = f'<img src="{picture.tile}" alt="{escape(kind)}: {escape(picture.title)}">'
    return f'<figure class="thumbnail">{image}<figcaption>{escape(picture.title)}</figcaption></figure>'


def headline(text: str, below: str = "") -> str:
    """What the stage is about, as a heading, and one line below it."""
    line = f"<p>{escape(below)}</p>" if below else ""
    return f'<header class="headline"><h1>{escape(text)}</h1>{line}</header>'


def label(text: str) -> str:
    """The heading of a part of the page."""
    return f'<h2 class="label">{escape(text)}</h2>'


def line(text: str, kind: str = "note", *, strong: str = "") -> str:
    """One line of text of a kind that the style sheet knows, with its end set in bold."""
    end = f" <b>{escape(strong)}</b>" if strong else ""
    return f'<p class="{kind}">{escape(text)}{end}</p>'


def download(address: str, text: str, explained: str = "") -> str:
    """A link that takes a file home.

    Args:
        address: Of the file.
        text: What stands on it.
        explained: What is said where it is pointed at.
    """
    tip = f' title="{escape(explained)}"' if explained else ""
    return f'<a class="export" href="{escape(address)}" download{tip}>{escape(text)}</a>'


def dots(lines: Iterable[tuple[str, str, str]]) -> str:
    """A list with a dot of some colour before each line: (colour as #rrggbb, what it is, what becomes of it)."""
    items = "".join(
        f'<li style="--dot:{escape(color)}"><b>{escape(name)}</b> <span>{escape(becomes)}</span></li>'
        for color, name, becomes in lines
    )
    return f'<ul class="dots">{items}</ul>'


def note(text: str, more: str = "") -> str:
    """A quiet box with one or two sentences."""
    line = f"<p>{escape(more)}</p>" if more else ""
    return f'<div class="notice" role="status"><p>{escape(text)}</p>{line}</div>'


def progress(share: float, left: str, middle: str, right: str, *, still: bool, label: str = "") -> str:
    """The bar and the line below it.

    Args:
        share: 0 to 1.
        left: How far it is.
        middle: How long it will take.
        right: How fast it goes.
        still: Whether nothing moves at present.
        label: What the bar is about, for screen readers; the painting if empty.
    """
    about = escape(label or _("Progress of the painting"))
    percent = f"{100 * min(1.0, max(0.0, share)):.1f}"
    return (
        f'<div class="bar{" still" if still else ""}" role="progressbar" aria-label="{about}" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}" aria-valuetext="{escape(left)}">'
        f'<i style="width:{percent}%"></i></div>'
        f'<div class="facts"><span>{escape(left)}</span><span>{escape(middle)}</span>'
        f"<span>{escape(right)}</span></div>"
    )


def ratio_style(size: tuple[int, int], key: str = "easel") -> str:
    """A style element that tells a container, as a rule the easel, which shape the picture in it has or will have."""
    return f"<style>.st-key-{key}{{--ratio:{_ratio(size)}}}</style>"


def side_by_side(*pictures: tuple[str, tuple[int, int], str]) -> str:
    """Pictures at the same height: (`data:` URL, (height, width), title) of each."""
    figures = [
        f'<figure style="--ratio:{_ratio(size)}"><img src="{url}" alt="{escape(title)}">'
        f"<figcaption>{escape(title)}</figcaption></figure>"
        for url, size, title in pictures
    ]
    return f'<div class="diptych">{"".join(figures)}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column says what its rows are about."""
    columns = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return f'<table class="differences"><thead><tr>{columns}</tr></thead><tbody>{lines}</tbody></table>'


def _ratio(size: tuple[int, int]) -> str:
    height, width = size
    return f"{width / height:.4f}"
