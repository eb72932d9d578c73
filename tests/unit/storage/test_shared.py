"""What a process keeps of the newest stamp: bounded, and never of an older one."""

from __future__ import annotations

import pytest

from ledger.storage import shared
from ledger.storage.shared import Once, Shared


def test_what_nobody_asks_again_keeps_out_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_MOST", 3)
    kept = Shared().at(1)
    for number in range(10):
        Once("once", kept).get(number, lambda: "known")
        assert len(kept) <= 3
    asked: list[str] = []
    for _ in range(2):
        Once("once", kept).get("new", lambda: asked.append("asked"))
    assert asked == ["asked"]


def test_an_older_snapshot_shares_nothing() -> None:
    one = Shared()
    newest = one.at(2)
    Once("once", newest).get("key", lambda: "new")
    assert one.at(1) == {}
    assert one.at(2) is newest
    assert one.at(3) == {}
