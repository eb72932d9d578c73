"""What stands twice in a JSON object is named, in one walk over its names."""

from __future__ import annotations

import json

import pytest

from web.json_once import Twice, _once, read_once


class Name(str):
    """A name that counts how often any is compared with another."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Name.compared += 1
        return str.__eq__(self, other)


def test_the_first_name_that_comes_again_is_told() -> None:
    with pytest.raises(Twice, match="“b” stands twice"):
        read_once('{"a": 1, "b": 2, "c": 3, "b": 4, "a": 5}')
    assert read_once('{"a": {"a": 1}, "b": [{"a": 2}]}') == json.loads('{"a": {"a": 1}, "b": [{"a": 2}]}')


def test_many_names_are_walked_over_once() -> None:
    names = [Name(n) for n in range(2_000)]
    Name.compared = 0
    with pytest.raises(Twice, match="“1999”"):
        _once([(name, 0) for name in (*names, Name(1_999))])
    assert Name.compared < 10 * len(names)
