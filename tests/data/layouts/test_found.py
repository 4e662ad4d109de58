"""Figures as a layout has found them."""

from dataclasses import fields

from forecast.data.layouts.found import Found


def test_what_one_layout_finds_is_not_in_the_next():
    first, second = Found(), Found()
    for one in fields(Found):
        if isinstance(getattr(first, one.name), list):
            getattr(first, one.name).append("x")
    lists = [getattr(second, one.name) for one in fields(Found)]
    assert lists == [[], [], [], [], [], [], [], [], "", ""]
