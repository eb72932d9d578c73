"""Errands: visits to the signing page. Begun here with what is to be signed; finished by `finish_errand`.

An errand belongs to the session that began it: an answer that somebody else made the browser carry finishes
nothing. Finished once, it answers every repetition with what came of it, so that a page loaded again, a second
tab or a phone that was offline does nothing twice.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.domain.errors import Conflict, Forbidden, Unknown
from ledger.domain.fields import stays_private
from ledger.domain.people import Errand, ErrandState, Person, Session
from ledger.domain.said import said
from ledger.domain.statements import to_json
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed

MINUTES: Final = 60
_ID_BYTES: Final = 18


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is here: their session, and who they are once they have signed in."""

    session: Session
    person: Person | None = None
    language: str = "en"

    @property
    def known(self) -> Person:
        """Who is signed in. Raises Forbidden where nobody is."""
        if self.person is None:
            raise Forbidden(said("Sign in first; then this page can be yours."))
        return self.person


def begin(
    ledger: Ledger,
    tx: Tx,
    visit: Visit,
    purpose: str,
    request: Mapping[str, Any],
    keep: Mapping[str, Any],
    minutes: int = MINUTES,
) -> Errand:
    """Keep a new errand; `sign_address` says where it leads."""
    now = ledger.now()
    id = "err_" + base64.urlsafe_b64encode(ledger.random(_ID_BYTES)).decode()
    until = now + minutes * 60
    common = {"v": 1, "errand": id, "back": ledger.public_url, "lang": visit.language, "expires": until}
    errand = Errand(
        id=id,
        purpose=purpose,
        session=visit.session.id,
        request={**common, **request},
        keep=dict(keep),
        created_at=now,
        expires_at=until,
        person=visit.person.id if visit.person else None,
    )
    tx.errands.add(errand)
    return errand


def sign_address(ledger: Ledger, errand: Errand) -> str:
    """Where the errand leads: the signing page, with the request in the fragment, which no server sees."""
    raw = json.dumps(errand.request, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{ledger.sign_url}/#r={b64(raw)}"


def errand_of(ledger: Ledger, tx: Tx, id: str, visit: Visit) -> Errand:
    """An errand of this session. Raises Unknown where it is another's, or Conflict where it was never finished."""
    errand = tx.errands.get(id)
    if errand is None or errand.session != visit.session.id:
        raise begun_elsewhere()
    if errand.state is ErrandState.OPEN and errand.expires_at <= ledger.now():
        raise Conflict(said("This was begun more than an hour ago, so it is over. Nothing was sent. Begin again."))
    return errand


def begun_elsewhere() -> Unknown:
    """The refusal of an errand that is not this session's."""
    return Unknown(
        said("This page was begun in another browser, or too long ago. Nothing was signed here. Begin again.")
    )


def cancel(ledger: Ledger, errand: Errand, to: str) -> Errand:
    """Close an errand that its person gave up."""
    with ledger.store.write() as tx:
        tx.errands.settle(errand.id, ErrandState.CANCELLED, {"to": to})
    return replace(errand, state=ErrandState.CANCELLED, result={"to": to})


def item_block(tx: Tx, subject: Listed) -> dict[str, Any]:
    """What the signing page shows of an item, and computes its number from."""
    hidden = set(subject.batch.private_fields)
    fields = {name: value for name, value in subject.item.fields.items() if not stays_private(name, hidden) and value}
    maker = tx.organisations.get(subject.batch.organisation)
    told = [str(fields[name]) for name in ("colour", "size") if name in fields]
    told += [", ".join(map(str, fields["materials"]))] if "materials" in fields else []
    told += [str(fields["made_on"])[:4]] if "made_on" in fields else []
    return {
        "brand": subject.batch.brand,
        "gtin": subject.item.gtin,
        "serial": subject.item.serial,
        "name": item_name(subject),
        "maker": maker.name if maker else "",
        "detail": ", ".join(told),
    }


def item_name(subject: Listed) -> str:
    """What an item is called, by the brand's own public words."""
    public = "model_ref" not in subject.batch.private_fields
    return str((subject.item.fields.get("model_ref") if public else None) or f"GTIN {subject.item.gtin}")


def message(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """One message of a request."""
    return {"type": kind, "values": to_json(values)}


def key_blocks(
    tx: Tx, person: Person | None, blind: bytes | None = None, only: str | None = None
) -> list[dict[str, Any]]:
    """A person's passkeys as the signing page takes them; with a blind, those of one address."""
    if person is None:
        return []
    return [
        {"credential": b64(one.credential), "x": "0x" + one.x.hex(), "y": "0x" + one.y.hex()}
        | ({} if blind is None else {"blind": "0x" + blind.hex()})
        for one in tx.people.passkeys(person.id)
        if only is None or one.id == only
    ]


def owner_keys(tx: Tx, visit: Visit, subject: Listed) -> list[dict[str, Any]]:
    """With what the present owner signs, where that is this visitor. Raises Forbidden where it is not.

    A holder without an account here signs with a browser extension, so that one is offered to anybody: only the
    holder's signature counts.
    """
    holding = tx.people.holding(subject.item.item, subject.holder)
    if holding is None:
        return [{"wallet": subject.holder}]
    if visit.person is None or visit.person.id != holding.person:
        raise Forbidden(said("Only the registered owner can do this. Sign in as the owner, or ask them."))
    if holding.passkey is None or holding.blind is None:
        return [{"wallet": holding.address}]
    return key_blocks(tx, visit.person, holding.blind, holding.passkey)


def need_owner(tx: Tx, visit: Visit, subject: Listed) -> None:
    """Raises Forbidden where this visitor is not known here as the item's present owner."""
    holding = tx.people.holding(subject.item.item, subject.holder)
    if visit.person is None or holding is None or holding.person != visit.person.id:
        raise Forbidden(said("Only the registered owner can do this. Sign in as the owner, or ask them."))


def texts(answer: Mapping[str, Any], name: str, most: int = 8) -> list[str]:
    """A list of short texts of an answer. Raises Conflict where there is none."""
    found = answer.get(name)
    if not isinstance(found, Sequence) or isinstance(found, str) or not all(isinstance(one, str) for one in found):
        raise unreadable()
    if not 1 <= len(found) <= most:
        raise unreadable()
    return list(found)


def signatures_of(answer: Mapping[str, Any]) -> list[bytes]:
    """The signatures of an answer, as bytes."""
    return [unhex(one) for one in texts(answer, "signatures")]


def unhex(text: Any, size: int | None = None) -> bytes:
    """The bytes of 0x text. Raises Conflict where it is none, or of another size."""
    try:
        raw = bytes.fromhex(str(text).removeprefix("0x"))
    except ValueError as error:
        raise unreadable() from error
    if (size is not None and len(raw) != size) or len(raw) > 8_192:
        raise unreadable()
    return raw


def unreadable() -> Conflict:
    """The refusal of an answer that the signing page would not have given."""
    return Conflict(said("What came back from the signing page cannot be read. Nothing was sent. Try again."))


def b64(raw: bytes) -> str:
    """Base64url without padding (RFC 4648, 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: Any) -> bytes:
    """The bytes of base64url text. Raises Conflict where it is none."""
    try:
        return base64.urlsafe_b64decode(str(text) + "=" * (-len(str(text)) % 4))
    except ValueError as error:
        raise unreadable() from error
