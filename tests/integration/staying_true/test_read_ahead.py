"""What was asked ahead for many statements is what the tables would answer, also after one of them was changed."""

from __future__ import annotations

from ledger.domain.statements import Kind
from ledger.services.read_ahead import ReadAhead
from tests.support.world import World


def test_a_statement_that_was_signed_anew_is_known_by_its_new_signatures(world: World) -> None:
    first = world.say("maison", Kind.ANCHOR, hash=bytes(range(32)))
    with world.ledger.store.write() as tx:
        tx.outbox.sign_anew(first.id, (b"\x01nobody can tell",), None, 0)
        ahead = ReadAhead(tx, [first.statement], [first.hash]).as_tx()
        assert not ahead.outbox.nonce_promised(first.statement.party or 0, first.statement.nonce or 0)
        ahead.outbox.sign_anew(first.id, first.signatures, first.signer, 2)
        assert ahead.outbox.by_hash(first.hash) == tx.outbox.get(first.id)
        assert ahead.outbox.nonce_promised(first.statement.party or 0, first.statement.nonce or 0)
