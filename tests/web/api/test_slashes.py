"""Serials may hold a slash (GS1 set 82): their owners claim and report like everybody else."""

from __future__ import annotations

import pytest

from tests.web.api.asking import Asking
from tests.web.stage import GTIN, Stage

SERIALS = {"/": "%2F", "//": "%2F%2F", "/21/x": "%2f21%2fx", "a/code.svg": "a%2Fcode.svg", "a/b": "a%2Fb"}


@pytest.fixture(scope="module", autouse=True)
def registered(stage: Stage) -> None:
    stage.register([{"serial": serial} for serial in SERIALS])


@pytest.mark.parametrize("serial", SERIALS)
def test_a_serial_with_slashes_is_asked_for_as_it_is(anyone: Asking, serial: str) -> None:
    assert anyone.get(f"/v1/items/{GTIN}/{SERIALS[serial]}")["serial"] == serial


@pytest.mark.parametrize("serial", SERIALS)
def test_a_serial_with_slashes_can_be_claimed(anyone: Asking, serial: str) -> None:
    drafted = anyone.post(f"/v1/items/{GTIN}/{SERIALS[serial]}/claims/draft", {"new_owner": "0x" + "11" * 20})
    assert drafted["activation_half"]
