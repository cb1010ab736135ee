from dataclasses import replace

import pytest

from styletransfer.settings import Weighting
from styletransfer.studio.presentation.status_text import changes, gauge, signature, status
from styletransfer.studio.snapshot import LossHistory, Snapshot, State

FIRST = Weighting(1.0, 10_000.0, 3.0)
RUN = Snapshot(
    run_id="20260102-030405-abcdef",
    state=State.PAINTING,
    epoch=12,
    epochs=60,
    scale=(300, 450),
    seconds_left=40.0,
    epochs_per_second=1.2,
    losses=LossHistory((1, 12), (1.0, 1.0), (2.0, 1.0), (0.1, 0.1), (3.1, 2.1)),
    photo_name="my_dog.jpg",
)


def test_while_it_paints_one_reads_how_far_it_is_how_long_it_takes_and_how_fast_it_goes() -> None:
    text = gauge(RUN, FIRST)
    for said in ("Epoch 12 of 60", "about 40 s left", "1.2 epochs a second", "450 × 300 px"):
        assert said in text
    assert 'aria-valuenow="20.0"' in text


@pytest.mark.parametrize(
    ("state", "said"), [(State.QUEUED, "In the queue"), (State.STARTING, "Epoch 12"), (State.PAUSED, "paused")]
)
def test_a_run_that_does_not_move_promises_no_time(state: State, said: str) -> None:
    text = gauge(replace(RUN, state=state), FIRST)
    assert said in text
    assert "left" not in text


def test_a_change_of_the_weights_says_what_was_changed_and_from_what() -> None:
    run = replace(RUN, steered=((5, FIRST._replace(style=15_000.0)), (9, FIRST._replace(style=15_000.0, tv=0.0))))
    assert changes(run, FIRST) == {
        5: "style weight 15\u202f000 instead of 10\u202f000",
        9: "TV weight off instead of 3",
    }
    assert "From epoch 9 on: TV weight off instead of 3." in gauge(run, FIRST)
    assert "From epoch 5" not in gauge(run, FIRST)


def test_of_several_changes_during_one_epoch_the_last_counts() -> None:
    slid = tuple((5, FIRST._replace(style=style)) for style in (15_000.0, 22_000.0, 33_000.0))
    assert changes(replace(RUN, steered=slid), FIRST) == {5: "style weight 33\u202f000 instead of 10\u202f000"}


def test_a_weight_that_was_moved_and_moved_back_during_one_epoch_was_not_changed() -> None:
    assert changes(replace(RUN, steered=((5, FIRST._replace(tv=1.0)), (5, FIRST))), FIRST) == {}


def test_the_page_is_drawn_anew_only_for_what_stands_in_its_heading_and_on_its_buttons() -> None:
    later = replace(RUN, epoch=13, seconds=9.0, preview=b"jpeg", previews_seen=4, steered=((5, FIRST),))
    assert signature(later) == signature(RUN)
    for other in (replace(RUN, state=State.PAUSED), replace(RUN, requested="pause"), replace(RUN, place=1)):
        assert signature(other) != signature(RUN)


def test_the_picture_s_number_changes_with_the_picture() -> None:
    assert status(RUN, FIRST)["picture"] == 0
    told = status(replace(RUN, preview=b"jpeg", previews_seen=4, preview_epoch=11), FIRST)
    assert (told["picture"], told["losses"]) == (4, 12)
    assert told["alt"] == "My dog, painted up to epoch 11"


def test_a_file_name_and_a_message_are_text_and_never_markup() -> None:
    assert "<script" not in gauge(replace(RUN, message="<script>alert(1)</script>"), FIRST)
