"""Passports: made and checked, beside the cryptography that a check cannot do without."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.chain import signing
from ledger.proof.canonical import read_canonical
from ledger.proof.trust import read_trust
from ledger.proof.verify import Tools, verify
from ledger.services.make_passport import make_passport
from ledger.services.publish_trust import trust_list
from scripts.benchmarks.figures import Figure, Plan, median_seconds, seconds
from scripts.benchmarks.house import house

_HISTORY = 10


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    tools, count = Tools(signing.keccak, signing.signer_of), plan.size(100, 1_000)
    with house(plan.folder / "proofs") as opened:
        plan.say("an item with a history …")
        batch = opened.register(plan.size(1_000, 100_000))
        with opened.ledger.store.read() as tx:
            (item,) = tx.batches.items_page(batch.id, 0, 1)
        for _ in range(_HISTORY):
            opened.serve(item)
        opened.settle()
        trust = read_trust(trust_list(opened.ledger))
        making = median_seconds(lambda: make_passport(opened.ledger, item.gtin, item.serial), plan.rounds)
        raw = make_passport(opened.ledger, item.gtin, item.serial)
    assert verify(raw, trust, tools).exit_code == 0
    plan.say(f"checking {count:,} passports …")
    took, _ = seconds(lambda: [verify(raw, trust, tools) for _ in range(count)])
    told = read_canonical(raw)
    nodes = [bytes.fromhex(one[2:]) for one in told["state"]["nodes"]]
    digest, signature = bytes(32), signing.sign(b"\1" * 32, bytes(32))

    def least() -> None:
        for node in nodes:
            signing.keccak(node)
        for _ in range(1 + _HISTORY):
            signing.signer_of(digest, signature)

    floor = median_seconds(lambda: [least() for _ in range(100)], plan.rounds) / 100
    yield Figure(f"one passport made ({_HISTORY} statements)", 1e3 * making, "ms")
    yield Figure("… its size", len(raw), "B")
    yield Figure(
        "one passport checked, two levels",
        1e3 * took / count,
        "ms",
        "its hashes and signatures alone",
        1e3 * floor,
        took / count / floor,
    )
    yield Figure(
        "1,000 passports checked in one call",
        1e3 * took / count,
        "s",
        "the promise",
        20,
        took / count * 1e3 / 20,
        at_most=1,
    )
