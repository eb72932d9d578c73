"""What was asked ahead for many statements is what the tables would answer, also after one of them was changed."""

from __future__ import annotations

from ledger.domain.statements import Kind, make
from ledger.services.claim_item import tries_of
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


def test_wrong_codes_and_sales_read_ahead_are_those_of_the_tables_also_after_one_more(world: World) -> None:
    first, second = (card.item for card in world.cards()[:2])
    claims = [make(Kind.CLAIM, {"item": item, "newOwner": "0x" + "11" * 20}) for item in (first, second)]
    with world.ledger.store.write() as tx:
        tx.papers.set_tries(tries_of(first), 3, 1_000)
        ahead = ReadAhead(tx, claims).as_tx()
        assert ahead.papers.tries(tries_of(first)) == (3, 1_000)
        assert ahead.papers.tries(tries_of(second)) == (0, 0)
        assert ahead.papers.tries("mail:ada") == (0, 0), "what was not asked ahead goes to the table"
        for count, since in ((4, 1_000), (0, 0)):
            ahead.papers.set_tries(tries_of(first), count, since)
            assert ahead.papers.tries(tries_of(first)) == tx.papers.tries(tries_of(first)) == (count, since)
        for item in (first, second, 2**255):
            assert ahead.batches.on_sale_at(item) == tx.batches.on_sale_at(item)
        assert ahead.batches.on_sale_at(first) is not None
