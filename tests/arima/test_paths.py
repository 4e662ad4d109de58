from forecast.arima.paths import Candidate, grid_path, stepwise_path


def test_the_walk_follows_the_criterion():
    """Against a criterion with its best point at (1, 2)(1, 0): the walk ends there."""

    def value(c):
        return (c.p - 1) ** 2 + (c.q - 2) ** 2 + (c.P - 1) ** 2 + c.Q**2 + 0.1 * c.constant

    for walk in (lambda seen: stepwise_path(True, True, seen), lambda seen: grid_path(True, True, 5, seen)):
        seen = {}
        path = walk(seen)
        try:
            while True:
                wish = next(path)
                seen[wish] = value(wish)
        except StopIteration as stop:
            assert stop.value == Candidate(1, 2, 1, 0, False)


def test_a_model_holds_those_with_some_of_its_terms_at_zero():
    whole = Candidate(2, 1, 1, 0, True)
    assert whole.holds(Candidate(2, 0, 1, 0, True)) and whole.holds(whole._replace(constant=False))
    assert not whole.holds(whole) and not whole.holds(Candidate(0, 2, 0, 0, False))


def test_the_walk_goes_on_from_a_model_whose_criterion_fell_meanwhile():
    """Searched again, a model that was passed by becomes the best one: its neighbours are tried too."""
    seen = {}
    path, target = stepwise_path(False, False, seen), Candidate(1, 0, 0, 0, False)
    for wish in path:
        seen[wish] = 10.0 + wish.p + wish.q
        if wish == Candidate(0, 1, 0, 0, False):
            seen[target] = 1.0
    assert Candidate(2, 1, 0, 0, False) in seen and min(seen, key=seen.get) == target
