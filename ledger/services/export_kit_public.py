"""The open part of a kit: manifests, the words and photos that pages show to everyone, who is who."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from ledger.domain.batches import Batch
from ledger.domain.chain_view import ChainEvent
from ledger.domain.lines import WIDTHS, Line
from ledger.domain.papers import Evidence, Report
from ledger.domain.standing_headlines import LANGUAGES
from ledger.domain.statements import MarkKind
from ledger.services.export_kit_parts import Kit
from ledger.services.keep_line import PHOTOS
from ledger.services.ports import Ledger, Tx
from ledger.services.store_evidence import EVIDENCE
from ledger.services.views_of_chain import directory
from ledger.services.write_manifest import MANIFESTS

EVIDENCE_INDEX: Final = "evidence/index.jsonl.gz"
MANIFEST_INDEX: Final = "manifests/index.jsonl.gz"
_PAGE: Final = 500
_SUFFIX: Final = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}
_RECORDED: Final = ("text", "evidence", "sealed")
"""What a page shows of a record's report. `sealed` is a salted hash."""
_MARKED: Final = ("reason", "advice", *(f"{name}_{one}" for name in ("reason", "advice") for one in LANGUAGES))
_BAD_NEWS: Final = frozenset({MarkKind.RECALL, MarkKind.VOID, MarkKind.RECALL_BATCH, MarkKind.VOID_BATCH})


def evidence_name(one: Evidence) -> str:
    """Where a kept photo or document lies in a kit."""
    return f"evidence/{one.sha256}{_SUFFIX.get(one.media_type, '')}"


def add_public(kit: Kit, ledger: Ledger, upto: int) -> dict[str, int]:
    """Add it, as of the final height; what was counted."""
    counts = {
        "manifests": kit.add_lines(MANIFEST_INDEX, _manifests(ledger, upto)),
        "organisations": kit.add_lines("directory/organisations.jsonl.gz", _organisations(ledger)),
        "lines": kit.add_lines("directory/lines.jsonl.gz", (_line(one) for one in _lines(ledger))),
        "reports": kit.add_lines("reports/reports.jsonl.gz", _reports(ledger, upto)),
    }
    for row in _manifests(ledger, upto):
        kit.add_file(f"manifests/{row['public']}.gz", ledger.files.path(MANIFESTS, row["public"]))
    shown = _evidence(ledger, upto)
    counts["evidence"] = kit.add_lines(EVIDENCE_INDEX, (asdict(one) for one in shown))
    for one in shown:
        kit.add_file(evidence_name(one), ledger.files.path(EVIDENCE, one.sha256))
    for photo in _photos(ledger):
        kit.add_file(f"photos/{photo}", ledger.files.path(PHOTOS, photo))
    return counts


def batches_of(tx: Tx) -> Iterator[Batch]:
    """Every batch."""
    for organisation in tx.organisations.all():
        before = None
        while page := tx.batches.page(organisation.id, before, _PAGE):
            yield from page
            before = page[-1].id


def _manifests(ledger: Ledger, upto: int) -> Iterator[dict[str, Any]]:
    """Every pair of files that the chain names, with the hash it has there: keccak256 of both SHA-256s."""
    seen: set[str] = set()
    with ledger.store.read() as tx:
        for batch in batches_of(tx):
            told = [] if batch.number is None else tx.chain.batch_events(batch.number)
            event = next((one for one in told if one.name == "BatchRegistered" and one.block <= upto), None)
            if event is None or event.args["manifestHash"] != batch.manifest_hash:
                continue
            assert batch.public_file is not None
            assert batch.private_file is not None
            assert batch.manifest_hash is not None
            seen.add(batch.public_file)
            yield {
                "batch": batch.number,
                "manifestHash": "0x" + batch.manifest_hash.hex(),
                "public": batch.public_file,
                "private": batch.private_file,
            }
        for event in _told(ledger, ("ItemAmended",), upto):
            kept = {one.manifest_hash: one for one in tx.batches.amendments(event.args["item"])}
            one = kept.get(event.args["manifestHash"])
            if one is None or one.public_file in seen:
                continue
            seen.add(one.public_file)
            yield {
                "item": f"0x{one.item:064x}",
                "manifestHash": "0x" + one.manifest_hash.hex(),
                "public": one.public_file,
                "private": one.private_file,
            }


def _organisations(ledger: Ledger) -> Iterator[dict[str, Any]]:
    with ledger.store.read() as tx:
        parties = directory(tx).parties
        for one in tx.organisations.all():
            if one.party in parties:
                yield {
                    "party": one.party,
                    "name": one.name,
                    "slug": one.slug,
                    "role": one.role.value,
                    "domain": one.domain,
                    "programmeStart": one.programme_start,
                    "prefixes": tx.organisations.prefixes(one.id),
                }


def _lines(ledger: Ledger) -> Iterator[Line]:
    with ledger.store.read() as tx:
        for organisation in tx.organisations.all():
            start = 0
            while page := tx.lines.page(organisation.id, "", "gtin", start, _PAGE):
                yield from page
                start += len(page)


def _line(one: Line) -> dict[str, Any]:
    return {
        "gtin": one.gtin,
        "name": one.name,
        "words": {language: asdict(words) for language, words in one.words.items()},
        "photos": [{"sha256": photo.sha256, "captions": dict(photo.captions)} for photo in one.photos],
    }


def _photos(ledger: Ledger) -> list[str]:
    found = {f"{photo.sha256}.{width}" for line in _lines(ledger) for photo in line.photos for width in WIDTHS}
    return sorted(name for name in found if ledger.files.has(PHOTOS, name))


def _reports(ledger: Ledger, upto: int) -> Iterator[dict[str, Any]]:
    """Words behind records, recalls and withdrawals, as everybody sees them; with the salt where they are all there is.

    With it `keccak256(salt ‖ RFC 8785 of the words)` is the commitment that the event carries.
    """
    for event, commitment, names in _shown(ledger, upto):
        with ledger.store.read() as tx:
            report = _own_report(tx, event, commitment)
        if report is None:
            continue
        words = {name: value for name, value in report.body.items() if name in names}
        yield {
            "block": event.block,
            "logIndex": event.log_index,
            "commitment": "0x" + commitment.hex(),
            "words": words,
            "salt": "0x" + report.salt.hex() if words == report.body else None,
        }


def _evidence(ledger: Ledger, upto: int) -> list[Evidence]:
    found: dict[str, Evidence] = {}
    for event, commitment, _ in _shown(ledger, upto):
        with ledger.store.read() as tx:
            report = _own_report(tx, event, commitment)
            for sha256 in () if report is None else report.body.get("evidence", ()):
                one = tx.papers.evidence(sha256) if sha256 not in found else None
                if one is not None and ledger.files.has(EVIDENCE, sha256):
                    found[sha256] = one
    return [found[sha256] for sha256 in sorted(found)]


def _shown(ledger: Ledger, upto: int) -> Iterator[tuple[ChainEvent, bytes, tuple[str, ...]]]:
    for event in _told(ledger, ("Recorded", "Marked", "BatchMarked"), upto):
        if event.name == "Recorded":
            yield event, event.args["report"], _RECORDED
        elif event.args["kind"] in _BAD_NEWS:
            yield event, event.args["ref"], _MARKED


def _own_report(tx: Tx, event: ChainEvent, commitment: bytes) -> Report | None:
    """Anybody can name the salted hash of somebody else's report: that one is not theirs to show."""
    report, by = tx.papers.report(commitment), tx.organisations.by_party(event.args["party"])
    own = report is not None and report.organisation in (None, by.id if by else None)
    return report if own else None


def _told(ledger: Ledger, names: tuple[str, ...], upto: int) -> Iterator[ChainEvent]:
    after = (-1, -1)
    while True:
        with ledger.store.read() as tx:
            page = tx.exits.events(after, upto, _PAGE)
        yield from (event for event in page if event.name in names)
        if len(page) < _PAGE:
            return
        after = page[-1].block, page[-1].log_index
