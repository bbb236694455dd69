import pytest

from kotoserver.domain.checkup import State, age_of_backup, room_on_disk


@pytest.mark.parametrize(
    ("left", "state"), [(50_000_000, State.BROKEN), (500_000_000, State.DOUBTFUL), (5_000_000_000, State.GOOD)]
)
def test_a_disk_is_judged_by_the_room_that_is_left(left: int, state: State):
    assert room_on_disk("disk", left).state is state


@pytest.mark.parametrize(("hours", "state"), [(None, State.DOUBTFUL), (5, State.GOOD), (80, State.DOUBTFUL)])
def test_backups_are_to_be_young(hours: float | None, state: State):
    assert age_of_backup(hours).state is state
