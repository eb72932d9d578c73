"""The database's form: migrations lead up and down, and end where the tables say, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select

from ledger.storage.engine import make_engine
from ledger.storage.migrate import downgrade, newest, upgrade
from ledger.storage.tables import CHAIN_DERIVED, metadata


def test_the_migrations_end_where_the_tables_say(empty_database: str) -> None:
    upgrade(empty_database)
    engine = make_engine(empty_database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert context.get_current_revision() == newest()
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_up_down_and_up_again_leaves_nothing_behind(empty_database: str) -> None:
    upgrade(empty_database)
    upgrade(empty_database)
    downgrade(empty_database, "base")
    engine = make_engine(empty_database)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    upgrade(empty_database)
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_to_drop_a_block_is_to_drop_what_hangs_off_it(world: object) -> None:
    from tests.support.world import World

    assert isinstance(world, World)
    with world.ledger.store.write() as tx:
        tx.chain.drop_from(0)
        connection = tx.connection  # type: ignore[attr-defined]
        for table in CHAIN_DERIVED:
            assert connection.execute(select(table)).first() is None
