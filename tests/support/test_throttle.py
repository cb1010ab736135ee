"""What is done besides the painting keeps to a small share of its time."""

import time

import pytest

from styletransfer.support.throttle import Throttle


def test_it_keeps_to_its_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    throttle = Throttle(share=0.02, least=0.0)
    assert throttle.due()
    with throttle.timed():
        clock[0] += 10.0
    clock[0] += 489.0
    assert not throttle.due()
    clock[0] += 12.0
    assert throttle.due()


def test_it_lets_some_seconds_pass_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    throttle = Throttle(share=0.02, least=4.0)
    with throttle.timed():
        clock[0] += 0.01
    clock[0] += 3.9
    assert not throttle.due()
    clock[0] += 0.2
    assert throttle.due()
