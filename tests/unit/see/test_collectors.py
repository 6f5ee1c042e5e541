import numpy as np

from aviator.core.events import PhaseChanged, RgbSampled
from aviator.core.types import BookmakerId, Phase
from aviator.see.collectors import PhaseCollector, RGBCollector
from aviator.see.phase import Change

A = BookmakerId("Admiral")


def test_every_change_of_phase_becomes_a_fact():
    changes = [Change(1.5, Phase.BETTING, Phase.PLAYING), Change(1.5, Phase.PLAYING, Phase.ENDED)]
    assert PhaseCollector(A).step(changes) == [
        PhaseChanged(A, 1.5, Phase.BETTING, Phase.PLAYING),
        PhaseChanged(A, 1.5, Phase.PLAYING, Phase.ENDED),
    ]
    assert PhaseCollector(A).step([]) == []


def test_colours_are_red_green_blue_with_their_spread():
    picture = np.zeros((2, 4, 4), np.uint8)
    picture[:, :] = (30, 20, 10, 255)
    picture[:, 2:, 0] = 50
    (sample,) = RGBCollector(A).step(7.0, lambda: {"phase": picture})
    assert sample == RgbSampled(A, 7.0, "phase", 10.0, 20.0, 40.0, 0.0, 0.0, 10.0)


def test_two_samples_a_second_of_each_region_whatever_the_frame_rate():
    picture = np.zeros((2, 2, 4), np.uint8)
    asked = []

    def regions():
        asked.append(1)
        return {"phase": picture, "button_1": picture}

    for hz in (3, 10, 25, 60):
        collector = RGBCollector(A)
        asked.clear()
        samples = [s for i in range(hz * 20) for s in collector.step(1000 + i / hz, regions)]
        assert len(samples) == 2 * len(asked)
        assert 38 <= len(asked) <= 41
        assert {s.region for s in samples} == {"phase", "button_1"}


def test_after_a_pause_none_are_made_up_for():
    collector = RGBCollector(A)
    picture = {"phase": np.zeros((2, 2, 4), np.uint8)}
    collector.step(1000.0, lambda: picture)
    samples = [s for i in range(10) for s in collector.step(2000 + i / 10, lambda: picture)]
    assert len(samples) <= 3
