"""The table of kinds says what the classes say."""

import importlib

import pytest

from forecast.models.kinds import BUILTIN


@pytest.mark.parametrize("kind", BUILTIN)
def test_a_kind_is_told_as_its_class_tells_itself(kind):
    own = BUILTIN[kind]
    cls = getattr(importlib.import_module(own.module), own.name)
    assert own.text == cls.__doc__.strip().splitlines()[0]
