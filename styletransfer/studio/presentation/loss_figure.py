"""The loss curves as a Plotly figure. No Streamlit."""

import math
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any

from styletransfer.engine.frames import LOSS_NAMES, LossName
from styletransfer.studio.snapshot import LossHistory
from styletransfer.texts import Text, _, local, say
from styletransfer.texts.numbers import THIN_SPACE

HEIGHT = 260
"""Pixels. Fixed, so that nothing below moves when a new point arrives."""
LARGEST_POINTS = 400
"""Points of a curve; more of them cannot be told apart, and cost the browser time that the painting needs."""

FEW_EPOCHS = 12
"""Under which each has its tick; ticks between two epochs would mean nothing."""

LARGEST_DECADES = 4.0
"""Powers of ten that the axis spans at most."""

LABELS: dict[LossName, Text] = {
    "content": Text("Content"),
    "style": Text("Style"),
    "tv": Text("TV"),
    "total": Text("Total"),
}
COLORS: dict[LossName, str] = {"content": "#4f86b5", "style": "#c96f4a", "tv": "#7d9a55", "total": "#8c857a"}
"""Each has a contrast of at least 3 : 1 on both backgrounds; the dashes tell them apart without colour."""
_DASHES: dict[LossName, str] = {"content": "solid", "style": "dash", "tv": "dot", "total": "solid"}
LABEL_SHARE = 0.055
"""Share of the axis that a size's label takes; where another size begins before its end, there is none."""
_GROWN = "rgba(140, 133, 122, 0.6)"
_GRID = "rgba(140, 133, 122, 0.22)"


def loss_figure(
    history: LossHistory,
    shown: Collection[LossName] = LOSS_NAMES,
    changes: Mapping[int, str] | None = None,
    epochs: int | None = None,
) -> dict[str, Any]:
    """The figure of the curves over the epochs, with a logarithmic axis, in Plotly's own JSON schema.

    Args:
        history: The losses so far; zeros (a term that is off) have no place on the axis and are left out.
        shown: The curves to draw.
        changes: What was changed about the weights, by the epoch from which on it holds; each is marked. So is where
            the picture grew, as the losses there are another size's.
        epochs: Last epoch of the axis; by default the newest of the losses.
    """
    kept = decimated(len(history.epochs), LARGEST_POINTS)
    drawn = [history.epochs[i] for i in kept]
    curves = [_curve(name, drawn, [getattr(history, name)[i] for i in kept]) for name in LOSS_NAMES if name in shown]
    end = epochs or max(drawn, default=1)
    span = _range(curves)
    axis = {"gridcolor": _GRID, "zeroline": False, "ticks": "", "automargin": True}
    return {
        "data": curves,
        "layout": {
            "height": HEIGHT,
            "margin": {"l": 8, "r": 8, "t": 10, "b": 8},
            "showlegend": False,
            "hovermode": "x unified",
            "separators": local("1.5")[1] + THIN_SPACE,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"size": 12},
            "xaxis": {
                **axis,
                "title": {"text": _("Epoch"), "standoff": 8},
                "showgrid": False,
                "range": [0, 1.01 * end],
                "dtick": 1 if end < FEW_EPOCHS else None,
            },
            "yaxis": {
                **axis,
                "type": "log",
                "range": span,
                "dtick": _tick(span),
                "exponentformat": "power",
                "tickfont": {"size": 10 if _tick(span) == 1 else 12},  # Plotly enlarges powers of ten by a quarter
            },
            "shapes": [
                *(_mark(epoch, COLORS["total"]) for epoch in changes or ()),
                *(_mark(epoch, _GROWN) for epoch, __ in history.sizes[1:]),
            ],
            "annotations": [
                *(_label(epoch, said) for epoch, said in (changes or {}).items()),
                *_sizes(history.sizes, end),
            ],
            "uirevision": "losses",  # keeps zoom and hover when new points arrive
        },
    }


def described(history: LossHistory) -> str:
    """The chart in a sentence, for screen readers."""
    if not history.epochs:
        return _("Loss curves, still empty.")
    first, last = history.total[0], history.total[-1]
    return _(
        "Loss curves: after epoch {epoch} the total is {last}, from {first} at first.",
        epoch=history.epochs[-1],
        last=local(f"{last:.3g}"),
        first=local(f"{first:.3g}"),
    )


def decimated(count: int, largest: int) -> list[int]:
    """Indices of at most `largest` of `count` points, evenly spread, the first and the last among them."""
    if count <= largest:
        return list(range(count))
    return [round(i * (count - 1) / (largest - 1)) for i in range(largest)]


def _mark(epoch: int, color: str) -> dict[str, Any]:
    """An upright line where the weights were changed, or the picture grew."""
    line = {"color": color, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": epoch, "x1": epoch, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _label(epoch: int, said: str) -> dict[str, Any]:
    """A handle on such a line, which says what was changed when the pointer is on it."""
    place = {"x": epoch, "y": 1, "yref": "paper", "yanchor": "middle", "xanchor": "center"}
    return {
        **place,
        "text": "\u25c6",
        "hovertext": _("From epoch {epoch} on: {changes}", epoch=epoch, changes=said),
        "showarrow": False,
    }


def _sizes(sizes: tuple[tuple[int, int], ...], end: int) -> list[dict[str, Any]]:
    """How large the picture became at each such line, to the right of it, where there is room."""
    place = {"y": 1, "yref": "paper", "yanchor": "top", "xanchor": "left", "showarrow": False, "font": {"size": 10}}
    return [
        {**place, "x": epoch, "text": _("{size} px", size=size)}
        for (epoch, size), (after, __) in pairwise([*sizes[1:], (end, 0)])
        if after - epoch >= LABEL_SHARE * end
    ]


def _range(curves: list[dict[str, Any]]) -> list[float] | None:
    """Exponents of 10 between which the axis spans; whatever is far below the rest may leave it.

    A painting that starts from the photo begins with a content loss of next to nothing, which would press everything
    else into a line at the top.
    """
    values = [value for curve in curves for value in curve["y"] if value is not None]
    if not values:
        return None
    top = math.log10(max(values))
    bottom = max(math.log10(min(values)), top - LARGEST_DECADES)
    margin = 0.06 * max(0.5, top - bottom)
    return [bottom - margin, top + margin]


def _tick(span: list[float] | None) -> int | str:
    """Powers of ten only, unless there would be less than two of them: then 1, 2 and 5."""
    return 1 if span and span[1] - span[0] > 2 else "D2"


def _curve(name: LossName, epochs: list[int], values: list[float]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines" if len(epochs) > 1 else "markers",
        "name": say(LABELS[name]),
        "x": epochs,
        "y": [value if value > 0 else None for value in values],
        "line": {"color": COLORS[name], "dash": _DASHES[name], "width": 2.5 if name == "total" else 1.8},
        "hovertemplate": "%{y:.3g}",
    }
