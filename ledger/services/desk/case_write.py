"""Acts on cases, written: each an entry of the desk's log, its case found again by it, and who wants to know told.

Everything happens in the caller's open transaction. After every act time does what it has to by then, so that a case
is never seen in a state that is over.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ledger.domain.desk.cases import Case, State
from ledger.domain.desk.cases_acts import Act
from ledger.domain.desk.cases_due import due, next_at
from ledger.domain.desk.cases_fold import fold, step
from ledger.domain.desk.standing import wording
from ledger.domain.desk_log import Entry
from ledger.domain.errors import Invalid, Unknown
from ledger.domain.said import said
from ledger.domain.webhooks import Endpoint, EventType, iso
from ledger.services.desk.case_listing import listing_names
from ledger.services.desk.cases_port import Kept
from ledger.services.desk.notices_rights import speaks
from ledger.services.desk.rights import today
from ledger.services.desk.standing_of import note_standing
from ledger.services.errands import b64
from ledger.services.ports import Ledger, Tx
from ledger.services.queue_message import queue_message

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MOST_ENTRIES: Final = 1_000
"""Of one case: every act is possible once or twice only, so that there are a dozen or two."""
_TOLD: Final = {
    "case.received": EventType.CASE_RECEIVED,
    "case.decided": EventType.CASE_DECIDED,
    "case.kept": EventType.CASE_DECIDED,
    "case.appeal_decided": EventType.CASE_DECIDED,
    "listing.down": EventType.LISTING_TAKEN_DOWN,
    "listing.up": EventType.LISTING_RESTORED,
}
_PASSED_ON: Final = (
    "code",
    "automation",
    "counter_until",
    "appeal_until",
    "restore_at",
    "why",
    "granted",
    "still_down",
)
_TIMES: Final = frozenset({"counter_until", "appeal_until", "restore_at"})


class CaseWriter:
    """Writes acts in one transaction; `finish` is called once, after the last."""

    def __init__(self, ledger: Ledger, tx: Tx) -> None:
        self._ledger, self._tx = ledger, tx
        self._endpoints: dict[str, list[Endpoint]] = {}
        self._told: dict[tuple[Any, ...], str] = {}
        self._platforms: dict[str, str | None] = {}
        self._judged: set[str] = set()

    def receive(self, kept: Kept, received: Mapping[str, Any], acts: Sequence[Act], by: str) -> Case:
        """A new case: its first entry, and what follows at once. The caller adds its row, with what `index_of` says."""
        made = step(None, "case.received", self._ledger.now(), kept.id, received)
        assert made is not None
        return self._write(kept, made, [Act("case.received", received), *acts], by, fresh=True)

    def act(self, kept: Kept, case: Case, acts: Sequence[Act], by: str) -> Case:
        """Acts of an organisation (its id; "" where the ledger did by itself, or a seller by link)."""
        after = self._write(kept, case, acts, by)
        self._tx.cases.change(kept.id, **index_of(after))
        return after

    def finish(self) -> None:
        """Look at the standing of everybody whose notices were decided."""
        for notifier in sorted(self._judged):
            note_standing(self._tx, notifier, self._ledger.now())

    def _write(self, kept: Kept, case: Case, acts: Sequence[Act], by: str, *, fresh: bool = False) -> Case:
        now = self._ledger.now()
        for act in acts:
            case = self._one(kept, case, act, by, now, fresh=fresh)
        while more := due(case, now):
            for act in more:
                case = self._one(kept, case, act, "", now)
        return case

    def _one(self, kept: Kept, case: Case, act: Act, by: str, now: int, *, fresh: bool = False) -> Case:
        body = dict(act.body)
        if act.kind == "listing.up":
            names = listing_names(self._tx, kept.platform, kept.listing)
            body["still_down"] = self._tx.cases.held_down(kept.platform, names, kept.id)
        entry = self._tx.desk_log.append(act.kind, by, kept.id, body, now)
        before = case
        if not (fresh and act.kind == "case.received"):
            after = step(case, act.kind, now, kept.id, body)
            assert after is not None
            case = after
        if case.outcome is not before.outcome:
            self._judged.add(case.notifier)
        self._tell(kept, case, entry, body, closed=case.state is State.CLOSED and before.state is not State.CLOSED)
        return case

    def _tell(self, kept: Kept, case: Case, entry: Entry, body: Mapping[str, Any], *, closed: bool) -> None:
        types = [one for one in (_TOLD.get(entry.kind), EventType.CASE_CLOSED if closed else None) if one is not None]
        if entry.kind == "listing.up" and body["still_down"]:
            types.remove(EventType.LISTING_RESTORED)
        for type in types:
            for organisation in dict.fromkeys((kept.platform, self._notifying(kept))):
                endpoints = self._wanting(organisation)
                if endpoints:
                    source = f"desk:{entry.number}:{type}:{organisation}"
                    data = self._data(kept, case, body)
                    queue_message(
                        self._ledger, self._tx, organisation, type, data,
                        source=source, first=True, at=entry.at, endpoints=endpoints,
                    )  # fmt: skip

    def _notifying(self, kept: Kept) -> str:
        """Who is told on the notifier's side: its holder, once the agent that sent it may not read it any more."""
        under = (kept.notifier, kept.holder, kept.right_id, kept.territories)
        if under not in self._told:
            self._told[under] = kept.notifier if speaks(self._tx, kept, today(self._ledger)) else kept.holder
        return self._told[under]

    def _wanting(self, organisation: str) -> list[Endpoint]:
        if organisation not in self._endpoints:
            self._endpoints[organisation] = list(self._tx.webhooks.endpoints(organisation))
        return self._endpoints[organisation]

    def _slug(self, platform: str) -> str | None:
        if platform not in self._platforms:
            found = self._tx.organisations.get(platform)
            self._platforms[platform] = None if found is None else found.slug
        return self._platforms[platform]

    def _data(self, kept: Kept, case: Case, body: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: body[name] for name in _PASSED_ON if body.get(name) is not None}
        return {
            "case": kept.id,
            "notice": kept.notice,
            "platform": self._slug(kept.platform),
            "listing": kept.listing,
            "url": kept.url,
            "reason": kept.reason,
            "rules": kept.rules,
            "state": case.state.value,
            "outcome": None if case.outcome is None else case.outcome.value,
        } | {name: iso(value) if name in _TIMES else value for name, value in told.items()}


def load(tx: Tx, id: str) -> tuple[Kept, Case]:
    """A case's row, and the case as its entries tell it. Raises Unknown."""
    kept = tx.cases.get(id)
    case = None if kept is None else fold(entries_of(tx, id))
    if kept is None or case is None:
        raise Unknown(said("There is no such case among those that you can see."))
    return kept, case


def entries_of(tx: Tx, id: str) -> list[Entry]:
    """A case's entries, in order, whatever else may bear its name."""
    return [
        one
        for one in tx.desk_log.entries(0, MOST_ENTRIES, subject=id)
        if one.kind.startswith(("case.", "listing.", "custody."))
    ]


def index_of(case: Case) -> dict[str, Any]:
    """The columns of a case's row that its entries say."""
    return {
        "seller": case.seller,
        "state": case.state.value,
        "outcome": None if case.outcome is None else case.outcome.value,
        "automation": None if case.automation is None else case.automation.value,
        "due_at": case.due_at,
        "next_at": next_at(case),
        "decided_at": case.decided_at,
        "closed_at": case.closed_at,
        "is_down": case.is_down,
        "went_down": case.is_down or bool(case.down),
        "struck_at": case.struck_at,
        "strike_until": case.strike_until,
        "strike_back_at": case.strike_back_at,
        "proven_item": case.proven,
    }


def text_hash(text: str) -> str:
    """SHA-256 of an explanation's words, to tell whether others read the same; it never stands in the log."""
    return hashlib.sha256(wording(text).encode()).hexdigest()


def text_name(salt: str, text: str) -> str:
    """The name under which a text stands in the log: HMAC-SHA-256 with its notice's or case's salt as the key.

    Once both are forgotten nobody can find out by guessing what was written.
    """
    return hmac.digest(bytes.fromhex(salt), text.encode(), hashlib.sha256).hex()


def keep_text(tx: Tx, subject: str, kind: str, text: str, now: int) -> list[str]:
    """Keep what somebody wrote of a case or a notice; its name in the log alone, none where nothing was written.

    Raises Invalid for characters that control a machine and that no database takes.
    """
    if not text.strip():
        return []
    if _CONTROLS.search(text):
        raise Invalid(said("What you wrote holds a character that nobody can see. Write it anew, without copying it."))
    salt = tx.cases.salt(subject)
    if salt is None:
        salt = secrets.token_hex(16)
        tx.cases.add_salt(subject, salt, now)
    name = text_name(salt, text)
    tx.cases.add_text(subject, kind, name, text, now)
    return [name]


def seller_secret(ledger: Ledger, case: str) -> str:
    """What a seller's link carries: made anew from the vault each time, so that it is kept nowhere."""
    return b64(hmac.digest(ledger.vault.derive("counter-notice links"), case.encode(), hashlib.sha256)[:18])


def seller_link_hash(secret: str) -> bytes:
    """The name under which a seller's link is kept."""
    return hashlib.sha256(b"touchmark/counter-notice/1:" + secret.encode()).digest()
