"""What stands behind records is read together, and no more of it than somebody wants."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import create_engine, insert, select

from ledger.domain.chain_view import ChainEvent
from ledger.storage.ahead import NEWEST, Ahead
from ledger.storage.ready import Among, Ready
from ledger.storage.tables import meta


def _told(count: int) -> list[ChainEvent]:
    return [ChainEvent(n, n, 0, b"", "Recorded", {"statement": b"%d" % n}) for n in range(count)]


def test_the_newest_are_read_at_once_and_the_older_with_the_first_of_them() -> None:
    asked: list[int] = []

    def read(names: Collection[bytes]) -> dict[bytes, bytes]:
        asked.append(len(names))
        return {name: name for name in names if name != b"3"}

    behind: Ahead[bytes] = Ahead(read)
    behind.expect(_told(50))
    newest = [b"%d" % n for n in range(50 - NEWEST, 50)]
    assert [behind.get(name, lambda _: b"asked") for name in newest] == newest
    assert asked == [NEWEST]
    assert behind.get(b"3", lambda _: b"asked") is None
    assert behind.get(b"4", lambda _: b"asked") == b"4"
    assert asked == [NEWEST, 50 - NEWEST]
    assert behind.get(b"stranger", lambda _: b"asked") == b"asked"


def test_a_ready_question_gives_the_rows_that_any_other_way_of_asking_gives() -> None:
    engine = create_engine("sqlite://")
    meta.create(engine)
    everything = select(meta.c.key, meta.c.value)
    with engine.begin() as connection:
        connection.execute(insert(meta), [{"key": f"k{n}", "value": {"n": n, "yes": True}} for n in range(50)])
        plainly = [tuple(row) for row in connection.execute(everything.order_by(meta.c.key))]
        assert [tuple(row) for row in Ready(everything.order_by(meta.c.key)).all(connection)] == plainly
        among = Among(everything, meta.c.key)
        for count in (0, 1, 19, 20, 21, 45):
            wanted = [f"k{n}" for n in range(count)]
            found = among.all(connection, [*wanted, *wanted, "stranger"])
            assert sorted(row.key for row in found) == sorted(wanted)
            assert all(row.value == {"n": int(row.key[1:]), "yes": True} for row in found)
    engine.dispose()
