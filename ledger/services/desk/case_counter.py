"""The seller's answer to a notice: through their platform, or by the link that the platform passes on to them.

“I own this item”, with the owner's live answer, restores the listing at once, where the ledger's own verdict then is
that the owner has confirmed. One thing is in one listing: where another one of the platform came back by an answer for
the same item within `ONE_LISTING` and has not ended, as far as the platform told us, a reviewer looks at this one, and
is told of the other. Where the notice names no item, an answer restores only a listing that the platform itself has
said to show that item's code. Everything else goes to a reviewer, or to the days that the rule set gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.domain.codes import Exact, parse_code
from ledger.domain.desk import cases_acts as acts
from ledger.domain.desk.cases import Case, Ground
from ledger.domain.desk.cases_acts import Act
from ledger.domain.desk.cases_moves import Answerable, answerable
from ledger.domain.desk.facts import Found, answers
from ledger.domain.desk.listings import ListingStatus
from ledger.domain.errors import Conflict, Invalid, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.domain.standing_headlines import Key
from ledger.services.desk.case_files import claim_files
from ledger.services.desk.case_listing import listing_names, named_listings, told_of
from ledger.services.desk.case_write import CaseWriter, keep_text, load, seller_link_hash
from ledger.services.desk.cases_port import CaseFile, Kept
from ledger.services.desk.checks_proof import Proof, ask_seller, proven
from ledger.services.desk.notices_lines import flags_of
from ledger.services.ports import Ledger, Tx
from ledger.services.scan_item import scan_item

ONE_LISTING: Final = 90 * 86_400
"""Seconds for which a listing that came back by a live answer keeps others with its item from coming back so."""
_SHORTEST = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What a seller says. `code` names the item where the notice did not; `proof` is a live answer's id."""

    ground: Ground
    statement: str
    name: str = ""
    code: str | None = None
    proof: str | None = None
    files: tuple[str, ...] = ()


def counter_for_seller(
    ledger: Ledger, caller: Caller, id: str, answer: Answer, seller: str | None
) -> tuple[Kept, Case]:
    """A platform hands in its seller's counter-notice. `seller` is its own name for them, for a live proof's sake.

    Raises Unknown, Conflict, Invalid.
    """
    caller.need_role(Role.PLATFORM)
    if Scope.DECIDE not in caller.scopes:
        caller.need(Scope.SCREEN)
    with ledger.store.read() as tx:
        kept, case = load(tx, id)
    if kept.platform != caller.organisation.id:
        raise Unknown(said("There is no such case among those that you can see."))
    return _counter(ledger, kept, case, answer, seller or kept.seller, caller)


def counter_by_link(ledger: Ledger, secret: str, answer: Answer) -> tuple[Kept, Case]:
    """The seller's own counter-notice, by the link. Raises Unknown, Conflict, Invalid."""
    kept, case = case_behind(ledger, secret)
    return _counter(ledger, kept, case, answer, _by_link(kept), None)


def case_behind(ledger: Ledger, secret: str) -> tuple[Kept, Case]:
    """The case that a seller's link leads to. Raises Unknown."""
    with ledger.store.read() as tx:
        kept = tx.cases.by_link(seller_link_hash(secret))
        if kept is None:
            raise Unknown(said("This link leads to no case. Ask the marketplace for it again."))
        return load(tx, kept.id)


def ask_for_seller(ledger: Ledger, secret: str, code: str | None) -> tuple[str, str, str]:
    """Open the question that a seller answers to prove that they have the item: its id, its link's secret, its words.

    The question is the platform's, for this case's seller: what is answered counts for nobody else. Raises Invalid
    where no item is known, Conflict where no answer would be taken, TooMany.
    """
    kept, case = case_behind(ledger, secret)
    if answerable(case, ledger.now()) is Answerable.NOTHING:
        raise Conflict(said("Nothing can be answered in this case now, so the item’s owner is not asked."))
    gtin, serial = _item_of(kept, code)
    with ledger.store.read() as tx:
        platform = tx.organisations.get(kept.platform)
    assert platform is not None
    ask, link = ask_seller(ledger, Caller(platform, frozenset({Scope.CHECK})), gtin, serial, _by_link(kept))
    return ask.id, link, ask.words


def proof_counts(ledger: Ledger, secret: str, proof: str, code: str | None) -> bool:
    """Whether a seller's question was answered, and still tells something."""
    kept, _case = case_behind(ledger, secret)
    return _proof_session(ledger, kept, Answer(Ground.OWNER, "", code=code, proof=proof), _by_link(kept)) is not None


def _counter(
    ledger: Ledger, kept: Kept, case: Case, answer: Answer, seller: str | None, caller: Caller | None
) -> tuple[Kept, Case]:
    if answer.ground is not Ground.OWNER and len(answer.statement.strip()) < _SHORTEST:
        raise Invalid(said("Say in a sentence or two why the notice is wrong."))
    if answer.ground is not Ground.OWNER and answer.proof is not None:
        raise Invalid(said("A live proof goes with “I own this item”. Tick that, or leave the proof out."))
    item = None
    if answer.proof is not None:
        session = _proof_session(ledger, kept, answer, seller)
        if session is None:
            raise Conflict(
                said("This proof does not count: it was not answered, is older than 15 minutes, or is of another item.")
            )
        item = _restored_with(ledger, kept, case, answer, session)
    by = "" if caller is None else caller.organisation.id
    with ledger.store.write() as tx:
        kept, case = load(tx, kept.id)
        writer, now = CaseWriter(ledger, tx), ledger.now()
        case = writer.act(kept, case, (), "")
        beside = None if item is None else _back_with(tx, kept, item, now)
        made = _acts(tx, kept, case, answer, item, beside, caller, now)
        named = acts.name_seller(case, seller) if caller is not None and seller else []
        case = writer.act(kept, case, [*named, *made], by)
        writer.finish()
        found = tx.cases.get(kept.id)
        assert found is not None
        return found, case


def _acts(
    tx: Tx,
    kept: Kept,
    case: Case,
    answer: Answer,
    item: str | None,
    beside: str | None,
    caller: Caller | None,
    now: int,
) -> Sequence[Act]:
    texts = keep_text(tx, kept.id, "counter", answer.statement, now)
    texts += keep_text(tx, kept.id, "counter_name", answer.name, now)
    if caller is not None:
        files = claim_files(tx, caller, kept.id, answer.files, now)
    else:
        sent = {one.sha256: one for one in tx.cases.files(kept.id) if not one.organisation}
        files = [name for name in answer.files if name in sent]
    proof = None if item is None or beside is not None else answer.proof
    return acts.counter(case, now, answer.ground, proof=proof, item=item, beside=beside, texts=texts, files=files)


def _proof_session(ledger: Ledger, kept: Kept, answer: Answer, seller: str | None) -> bytes | None:
    """The session that a live answer counts for, where it is this seller's, of this item, and fresh."""
    gtin, serial = _item_of(kept, answer.code)
    with ledger.store.read() as tx:
        found = tx.batches.find(gtin, serial)
        if not found or seller is None or answer.proof is None:
            return None
        brand = tx.organisations.prefix_holder(gtin)
        if brand is None or brand.id != kept.holder:
            return None
        return proven(ledger, tx, Proof(kept.platform, seller, answer.proof), found[0].item, ledger.now())


def _restored_with(ledger: Ledger, kept: Kept, case: Case, answer: Answer, session: bytes) -> str | None:
    """The item's name where the ledger's verdict is now that the owner has confirmed, and that answers the notice."""
    item = _item_of(kept, answer.code)
    if (kept.gtin, kept.serial) != item:
        with ledger.store.read() as tx:
            told = told_of(ledger, tx, kept.platform, {kept.listing: [item]}).get(kept.listing)
        if told is None or item not in told.shows:
            return None
    scan = scan_item(ledger, *item, session=session)
    found = Found(
        verdict=scan.standing.key.value,
        flags=flags_of(scan),
        gtin=scan.gtin,
        known=scan.standing.key is not Key.UNKNOWN,
        in_programme=True,
        confirmed=True,
    )
    return f"{scan.subject.item.item:064x}" if scan.subject is not None and answers(case.reason, found) else None


def _back_with(tx: Tx, kept: Kept, item: str, now: int) -> str | None:
    """The case in which another listing came back by a live answer for this item and, as far as we know, is up."""
    others = tx.cases.let_up_by_proof(kept.platform, item, listing_names(tx, kept.platform, kept.listing))
    told = named_listings(tx, kept.platform, {one.listing for one in others})
    for one in others:
        ended = one.listing in told and told[one.listing][0].status == ListingStatus.ENDED
        at = load(tx, one.id)[1].countered_at or 0
        if not ended and at > now - ONE_LISTING:
            return one.id
    return None


def _item_of(kept: Kept, code: str | None) -> tuple[str, str]:
    if kept.gtin is not None and kept.serial is not None:
        return kept.gtin, kept.serial
    if not code:
        raise Invalid(said("The notice names no item. Give the code of the item that you sell."))
    meant = parse_code(code)
    if not isinstance(meant, Exact):
        raise Invalid(said("This code names no single item. Give the link in the item’s code."))
    return meant.gtin, meant.serial


def _by_link(kept: Kept) -> str:
    """The name under which a seller who comes by link is asked."""
    return f"case:{kept.id}"


def seller_files(ledger: Ledger, kept: Kept) -> list[CaseFile]:
    """What a seller has sent by the link."""
    with ledger.store.read() as tx:
        return [one for one in tx.cases.files(kept.id) if not one.organisation]
