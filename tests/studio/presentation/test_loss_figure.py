import math
from dataclasses import replace

from styletransfer.engine.frames import LOSS_NAMES
from styletransfer.studio.presentation.loss_figure import (
    HEIGHT,
    LARGEST_DECADES,
    LARGEST_POINTS,
    decimated,
    described,
    loss_figure,
)
from styletransfer.studio.snapshot import LossHistory


def history(count: int, content: float = 1.0) -> LossHistory:
    epochs = tuple(range(1, count + 1))
    style = tuple(10 / epoch for epoch in epochs)
    return LossHistory(
        epochs=epochs,
        content=(content,) * count,
        style=style,
        tv=(0.0,) * count,
        total=tuple(content + each for each in style),
    )


def test_all_four_curves_are_drawn_on_a_logarithmic_axis_of_fixed_height() -> None:
    figure = loss_figure(history(20))
    assert [curve["name"] for curve in figure["data"]] == ["Content", "Style", "TV", "Total"]
    assert figure["layout"]["yaxis"]["type"] == "log"
    assert figure["layout"]["height"] == HEIGHT


def test_a_curve_that_is_switched_off_is_left_out() -> None:
    figure = loss_figure(history(20), ["style", "total"])
    assert [curve["name"] for curve in figure["data"]] == ["Style", "Total"]


def test_the_chart_may_be_empty() -> None:
    assert loss_figure(LossHistory())["data"][0]["x"] == []
    assert loss_figure(history(3), [])["data"] == []
    assert "empty" in described(LossHistory())


def test_a_loss_of_zero_has_no_place_on_a_logarithmic_axis() -> None:
    tv = loss_figure(history(5))["data"][LOSS_NAMES.index("tv")]
    assert tv["y"] == [None] * 5


def test_a_long_run_is_thinned_to_few_points_with_the_first_and_the_last() -> None:
    curve = loss_figure(history(10_000))["data"][0]
    assert len(curve["x"]) == LARGEST_POINTS
    assert curve["x"][0] == 1
    assert curve["x"][-1] == 10_000
    assert curve["x"] == sorted(set(curve["x"]))


def test_a_short_run_is_not_thinned() -> None:
    assert decimated(7, 400) == [0, 1, 2, 3, 4, 5, 6]


def test_a_loss_of_next_to_nothing_does_not_flatten_the_others() -> None:
    low, high = loss_figure(history(9, content=1e-11))["layout"]["yaxis"]["range"]
    assert high - low < LARGEST_DECADES + 1
    assert low < math.log10(10 / 9) < high


def test_a_change_of_the_weights_is_marked_and_says_what_was_changed() -> None:
    layout = loss_figure(history(9), changes={4: "TV weight off instead of 3"})["layout"]
    (line,), (handle,) = layout["shapes"], layout["annotations"]
    assert (line["x0"], line["x1"], handle["x"]) == (4, 4, 4)
    assert handle["hovertext"] == "From epoch 4 on: TV weight off instead of 3"


def test_it_is_marked_where_the_picture_grew_as_the_losses_jump_there() -> None:
    grown = replace(history(100), sizes=((1, 180), (40, 360), (97, 720)))
    layout = loss_figure(grown, changes={4: "TV weight off"})["layout"]
    assert [line["x0"] for line in layout["shapes"]] == [4, 40, 97]
    assert {line["line"]["dash"] for line in layout["shapes"]} == {"dot"}
    labels = [(label["x"], label["text"]) for label in layout["annotations"] if "hovertext" not in label]
    assert labels == [(40, "360 px")]  # there is no room for one at 97
    labels = [label["text"] for label in loss_figure(grown, epochs=120)["layout"]["annotations"]]
    assert labels == ["360 px", "720 px"]


def test_nothing_is_marked_where_nothing_changed() -> None:
    layout = loss_figure(replace(history(9), sizes=((1, 180),)))["layout"]
    assert (layout["shapes"], layout["annotations"]) == ([], [])


def test_the_axis_leaves_room_for_the_epochs_to_come() -> None:
    assert loss_figure(history(9))["layout"]["xaxis"]["range"][1] < 10
    assert loss_figure(history(9), epochs=60)["layout"]["xaxis"]["range"][1] > 60


def test_a_screen_reader_hears_how_far_the_losses_have_fallen() -> None:
    assert described(history(10)) == "Loss curves: after epoch 10 the total is 2, from 11 at first."
