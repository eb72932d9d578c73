"""The outbox: statements and operator's acts, and the transactions that carried them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Integer, bindparam, func, insert, select, update

from ledger.domain.outbox import OperatorAct, Queued, SentTransaction, Signed
from ledger.domain.statements import Kind, Value, Values, kept
from ledger.storage.chain_rows import EXACT, insert_sql
from ledger.storage.ready import Among, Ready, read_json, unread
from ledger.storage.stamps import moved_by
from ledger.storage.tables import events, operator_acts, statements, transaction_statements, transactions

COUNTS: Final = statements.c.signer.is_not(None) | (statements.c.kind == int(Kind.CONTEST))
"""As `Queued.vouched`: whatever else strangers hand in must not take the room of what is true news of an item."""

_ACCEPTANCE: Final = select(events.c.statement).where(events.c.statement == statements.c.hash)
_ACCEPTED: Final = _ACCEPTANCE.exists()

_UNSETTLED: Final = Ready(
    select(*unread(statements))
    .where(~statements.c.settled, statements.c.next_try_at <= bindparam("now"), ~_ACCEPTED)
    .order_by(statements.c.next_try_at, statements.c.id)
    .limit(bindparam("most", type_=Integer))
)
_CARRIED: Final = Among(select(transaction_statements), transaction_statements.c.statement, at_once=100)
_CARRIERS: Final = Among(select(transactions), transactions.c.hash)
_SIGNED: Final = Among(
    select(statements.c.hash, statements.c.signer, statements.c.operator_signed, statements.c.signatures),
    statements.c.hash,
)


class Outbox:
    """Reads and writes of what waits to be on the chain, and of what we did about it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, queued: Queued) -> None:
        """Keep a signed statement."""
        keep_statements(self._db, [queued])

    def get(self, id: str) -> Queued | None:
        """By id."""
        return self._one(statements.c.id == id)

    def by_hash(self, hash: bytes) -> Queued | None:
        """By struct hash."""
        return self._one(statements.c.hash == hash)

    def signed(self, hash: bytes) -> Signed | None:
        """How the statement of that struct hash was signed, where we keep it."""
        return self.all_signed([hash]).get(hash)

    def all_signed(self, hashes: Collection[bytes]) -> dict[bytes, Signed]:
        """The same for some hundreds of struct hashes, without what the statements say."""
        rows = _SIGNED.all(self._db, hashes)
        return {row.hash: Signed(row.signer, row.operator_signed, _begins(row.signatures)) for row in rows}

    def page(self, organisation: str, before: str | None, limit: int) -> list[Queued]:
        """An organisation's statements, newest first, older than the cursor."""
        query = select(statements).where(statements.c.organisation == organisation).order_by(statements.c.id.desc())
        if before:
            query = query.where(statements.c.id < before)
        return [queued_of(row) for row in self._db.execute(query.limit(limit)).all()]

    def of_item(self, item: int, limit: int = 50) -> list[Queued]:
        """An item's statements that are vouched for and not settled, oldest first."""
        query = (
            select(statements)
            .where(statements.c.item == item.to_bytes(32, "big"), ~statements.c.settled, COUNTS)
            .order_by(statements.c.id)
            .limit(limit)
        )
        return [queued_of(row) for row in self._db.execute(query).all()]

    def of_batch(self, batch: int) -> list[Queued]:
        """A batch's own statements that are vouched for and not settled, oldest first."""
        query = (
            select(statements)
            .where(statements.c.batch == batch, ~statements.c.settled, COUNTS)
            .order_by(statements.c.id)
            .limit(50)
        )
        return [queued_of(row) for row in self._db.execute(query).all()]

    def unsettled(self, now: int, limit: int) -> list[Queued]:
        """Statements that may have something left to be done: those never looked at first, each kind oldest first.

        What a block of ours has accepted is not among them: nothing is to be done there while that block stands.
        """
        return [queued_of(row) for row in _UNSETTLED.all(self._db, now=now, most=limit)]

    def settle_accepted(self, final: int) -> None:
        """Mark all that was accepted at or below the final height as needing nothing more."""
        accepted = _ACCEPTANCE.where(events.c.block <= final).exists()
        self._db.execute(update(statements).where(~statements.c.settled, accepted).values(settled=True))

    def waiting(self) -> tuple[int, int | None]:
        """How many statements are not settled, and when the oldest of them came."""
        query = select(func.count(), func.min(statements.c.created_at)).where(~statements.c.settled)
        count, oldest = self._db.execute(query).one()
        return count, oldest

    def more_wait(self, than: int) -> bool:
        """Whether more statements than that are not settled: counted no further, and without looking at the rows."""
        found = select(statements.c.settled).where(~statements.c.settled).limit(than + 1).subquery()
        return bool(self._db.scalar(select(func.count()).select_from(found)) == than + 1)

    def settle(self, ids: Sequence[str], *, settled: bool = True) -> None:
        """Mark statements as needing nothing more (final, or refused for good), or needing it again."""
        for start in range(0, len(ids), 400):
            chunk = ids[start : start + 400]
            self._db.execute(update(statements).where(statements.c.id.in_(chunk)).values(settled=settled))

    def look_again(self, ids: Sequence[str], at: int) -> None:
        """Leave statements alone until `at`."""
        for start in range(0, len(ids), 400):
            chunk = ids[start : start + 400]
            self._db.execute(update(statements).where(statements.c.id.in_(chunk)).values(next_try_at=at))

    def accepted_due(self, now: int) -> bool:
        """Whether any that a block of ours has accepted is among those that are looked at now."""
        due = (~statements.c.settled, statements.c.next_try_at <= now, _ACCEPTED)
        return self._db.execute(select(statements.c.id).where(*due).limit(1)).first() is not None

    def leave_accepted(self, now: int, until: int) -> None:
        """Leave alone until then what a block of ours has accepted: nothing is to be done there while it stands."""
        due = (~statements.c.settled, statements.c.next_try_at <= now, _ACCEPTED)
        self._db.execute(update(statements).where(*due).values(next_try_at=until))

    def wake(self) -> None:
        """Look at once at all that was left alone: blocks that had accepted some of it are gone."""
        left = (~statements.c.settled, statements.c.next_try_at > 0, statements.c.tries == 0)
        self._db.execute(update(statements).where(*left).values(next_try_at=0))

    def postpone(self, id: str, tries: int, next_try_at: int) -> None:
        """Note a try that came to nothing, and when the next is due."""
        self._db.execute(update(statements).where(statements.c.id == id).values(tries=tries, next_try_at=next_try_at))

    def nonce_promised(self, party: int, nonce: int) -> bool:
        """Whether a statement that is known to be the party's was taken with this nonce before."""
        query = (
            select(statements.c.id)
            .where(statements.c.party == party, statements.c.nonce == nonce, statements.c.signer.is_not(None))
            .limit(1)
        )
        return self._db.execute(query).first() is not None

    def sign_anew(self, id: str, signatures: Sequence[bytes], signer: str | None, tries: int) -> None:
        """Put other signatures under a statement that was tried `tries` times, and send it at once."""
        self._db.execute(
            update(statements)
            .where(statements.c.id == id)
            .values(
                signatures=["0x" + signature.hex() for signature in signatures],
                signer=signer,
                tries=tries,
                next_try_at=0,
                settled=False,
            )
        )

    def highest_nonce(self, party: int) -> int:
        """The highest nonce in a statement of the outbox that is known to be the party's, -1 where there is none."""
        query = select(func.max(statements.c.nonce)).where(
            statements.c.party == party, statements.c.signer.is_not(None)
        )
        highest = self._db.scalar(query)
        return -1 if highest is None else highest

    def add_act(self, act: OperatorAct) -> None:
        """Keep an act of the contract's owner."""
        self._db.execute(
            insert(operator_acts).values(
                id=act.id,
                function=act.function,
                args=list(act.args),
                organisation=act.organisation,
                created_at=act.created_at,
                settled=act.settled,
            )
        )

    def open_acts(self) -> list[OperatorAct]:
        """Acts not yet known to be final, oldest first."""
        query = select(operator_acts).where(~operator_acts.c.settled).order_by(operator_acts.c.id).limit(200)
        return [_act(row) for row in self._db.execute(query)]

    def settle_act(self, id: str) -> None:
        """Mark an act as needing nothing more."""
        self._db.execute(update(operator_acts).where(operator_acts.c.id == id).values(settled=True))

    def add_transaction(self, sent: SentTransaction, carried: Sequence[str]) -> None:
        """Keep a signed transaction and what it carries, before it is broadcast."""
        self._db.execute(insert(transactions).values(**{n: getattr(sent, n) for n in SentTransaction.__slots__}))
        if carried:
            self._db.exec_driver_sql(
                insert_sql(transaction_statements, self._db.dialect.name),
                [(sent.hash, position, id) for position, id in enumerate(carried)],
                execution_options=moved_by(items=True),
            )

    def transactions_from(self, sender: str, nonce: int) -> list[SentTransaction]:
        """A sender's transactions from a nonce up, replacements last."""
        query = (
            select(transactions)
            .where(transactions.c.sender == sender, transactions.c.nonce >= nonce)
            .order_by(transactions.c.nonce, transactions.c.fee)
        )
        return [SentTransaction(**row._mapping) for row in self._db.execute(query)]

    def highest_sent(self, sender: str) -> int | None:
        """The highest nonce among a sender's kept transactions."""
        highest: int | None = self._db.scalar(
            select(func.max(transactions.c.nonce)).where(transactions.c.sender == sender)
        )
        return highest

    def transactions_of_act(self, act: str) -> list[SentTransaction]:
        """Every attempt at an operator's act."""
        query = (
            select(transactions)
            .where(transactions.c.operator_act == act)
            .order_by(transactions.c.nonce, transactions.c.fee)
        )
        return [SentTransaction(**row._mapping) for row in self._db.execute(query)]

    def carried_by(self, transaction: bytes) -> list[str]:
        """The statements a transaction carries, in order."""
        query = (
            select(transaction_statements.c.statement)
            .where(transaction_statements.c.transaction == transaction)
            .order_by(transaction_statements.c.position)
        )
        return list(self._db.scalars(query))

    def carriers_of(self, ids: Sequence[str]) -> dict[str, list[tuple[SentTransaction, int]]]:
        """For each statement, the transactions that carried it with its place in them, newest nonce last."""
        found: dict[str, list[tuple[SentTransaction, int]]] = {}
        links = _CARRIED.all(self._db, ids)
        # Each transaction once: its bytes are those of all the statements that it carries.
        carriers = _CARRIERS.all(self._db, {link.transaction for link in links})
        by_hash = {row.hash: SentTransaction(**row._asdict()) for row in carriers}
        for link in links:
            found.setdefault(link.statement, []).append((by_hash[link.transaction], link.position))
        for one in found.values():
            one.sort(key=lambda each: (each[0].nonce, each[0].fee))
        return found

    def _one(self, condition: Any) -> Queued | None:
        row = self._db.execute(select(statements).where(condition)).first()
        return None if row is None else queued_of(row)


def keep_statements(connection: Connection, queued: Sequence[Queued]) -> None:
    """Insert rows of `statements` through the driver: for many, SQLAlchemy takes longer than the database does."""
    connection.exec_driver_sql(
        insert_sql(statements, connection.dialect.name),
        [_row(one) for one in queued],
        execution_options=moved_by(items=True),
    )


def _row(queued: Queued) -> tuple[Any, ...]:
    """A row of `statements`, in the order of its columns."""
    s = queued.statement
    return (
        queued.id,
        queued.organisation,
        int(s.kind),
        queued.hash,
        _json(s.values),
        "null" if s.offer is None else _json(s.offer),
        "[" + ", ".join([f'"0x{signature.hex()}"' for signature in queued.signatures]) + "]",
        queued.signer,
        queued.operator_signed,
        None if s.item is None else s.item.to_bytes(32, "big"),
        s.batch,
        s.party,
        s.nonce,
        queued.created_at,
        queued.tries,
        queued.next_try_at,
        queued.settled,
    )


def _json(values: Values) -> str:
    """The JSON of `to_json`: numbers, and text of nothing but digits and letters."""
    return "{" + ", ".join([f'"{name}": {_text(value)}' for name, value in values.items()]) + "}"


def _text(value: Value) -> str:
    if isinstance(value, bytes):
        return f'"0x{value.hex()}"'
    if isinstance(value, int):
        return str(value) if value < EXACT else f'"{value}"'
    return f'"{value}"'


def _begins(signatures: Sequence[str]) -> bytes:
    return bytes.fromhex(signatures[0][2:4]) if signatures else b""


def queued_of(row: Any) -> Queued:
    """A row of `statements`; its JSON may be as the database has it."""
    return Queued(
        id=row.id,
        statement=kept(Kind(row.kind), read_json(row.values), None if row.offer == "null" else read_json(row.offer)),
        hash=row.hash,
        signatures=tuple(bytes.fromhex(text[2:]) for text in read_json(row.signatures)),
        created_at=row.created_at,
        organisation=row.organisation,
        signer=row.signer,
        operator_signed=row.operator_signed,
        tries=row.tries,
        next_try_at=row.next_try_at,
        settled=row.settled,
    )


def _act(row: Any) -> OperatorAct:
    return OperatorAct(row.id, row.function, tuple(row.args), row.created_at, row.organisation, row.settled)
