from typing import get_args

from aviator.core import events
from aviator.wire.topics import BY_CODE, NEWEST, TOPICS, Delivery


def test_the_table_covers_the_closed_list_exactly():
    assert [topic.event for topic in TOPICS] == list(get_args(events.Event))


def test_codes_and_names_are_unique():
    assert len(BY_CODE) == len({topic.name for topic in TOPICS}) == len(TOPICS)


def test_who_sends_what():
    of_engine = {
        events.LifeChanged,
        events.BetChanged,
        events.BetStepTaken,
        events.BettingBlocked,
        events.BettingFreed,
    }
    assert {topic.event for topic in TOPICS if topic.producer == "worker"} == set(get_args(events.Fact)) - of_engine
    assert {topic.event for topic in TOPICS if topic.producer == "engine"} == {*get_args(events.Command), *of_engine}


def test_only_pictures_of_the_moment_may_be_replaced():
    assert {events.ScreenRead, events.WorkerBeat, events.Acknowledge} == NEWEST
    assert all((topic.event in NEWEST) == (topic.delivery is Delivery.NEWEST) for topic in TOPICS)
