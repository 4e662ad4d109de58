import copy
import pickle
from dataclasses import dataclass, replace

import pytest

import forecast as fc
from forecast.data.lazy import Lazy, WithLazyFields


@dataclass(frozen=True, kw_only=True)
class Answer(WithLazyFields):
    value: Lazy[int] = Lazy()
    other: int = 0


def test_a_function_is_called_once_and_only_when_the_field_is_read():
    calls = []
    answer = Answer(value=lambda: calls.append(1) or 42)
    assert calls == []
    assert (answer.value, answer.value, calls) == (42, 42, [1])


def test_a_field_is_needed_and_cannot_be_set():
    with pytest.raises(TypeError, match="value"):
        Answer()
    with pytest.raises(AttributeError):
        Answer(value=1).value = 2


def test_copies_hold_values():
    assert replace(Answer(value=lambda: 42), other=1) == Answer(value=42, other=1)
    assert copy.copy(Answer(value=lambda: 42)).value == 42


def test_panels_and_designs_go_to_other_processes(obs, events, usbp):
    panel = obs.as_of("2024-05-07", [usbp])
    design = events.design(panel, horizon=3)
    there, made = pickle.loads(pickle.dumps((panel, design)))
    assert there.values.equals(panel.values) and there.last_official.equals(panel.last_official)
    assert made.past.equals(design.past) and made.prior.equals(design.prior)
    model = fc.make_model("drift")
    assert model.fit(there, made).forecast(3).table.equals(model.fit(panel, design).forecast(3).table)
