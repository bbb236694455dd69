from kotoserver.transport.live.throttle import A_SECOND, BURST, Throttle


def test_a_burst_passes_and_then_only_the_steady_rate():
    throttle = Throttle(100.0)
    assert all(throttle.allows(100.0) for _ in range(BURST))
    assert not throttle.allows(100.0)
    assert throttle.allows(100.0 + 1.01 / A_SECOND)
    assert not throttle.allows(100.0 + 1.02 / A_SECOND)


def test_a_long_silence_saves_up_no_more_than_a_burst():
    throttle = Throttle(0.0)
    assert sum(throttle.allows(3600.0) for _ in range(2 * BURST)) == BURST
