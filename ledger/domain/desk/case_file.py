"""A case file: what a court can be handed, sealed part by part, with what is missing said in it.

1. Its parts stand in a chain: each part's seal covers number, name and SHA-256 of the part and the seal before it.
2. Every entry of the desk's log in it has its number, its hash and the hash before it, so that it is found in the log.
   An entry that is shown whole is sealed again by whoever checks; of one with withheld fields the hash alone is told.
3. Every link of its graph names the entry or the event that it rests on.
4. What a chain of custody lacks is listed (`gaps`), never left out: the file accuses nobody of anything.

A test purchase is told by the brand; its entry in the desk's log is `custody.test_purchase` (case; sha256 of its
canonical JSON), with the purchase's id as subject.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.desk_log import GENESIS, Entry, sealed

FORMAT: Final = "touchmark-case-file/1"
SEALED_WITHIN: Final = 24 * 3_600
"""Seconds between receiving goods and sealing them that need no explanation."""
MOST_PURCHASES: Final = 20
_PART: Final = b"touchmark case file part 1"
_SEAL: Final = b"touchmark case file seal 1"


@dataclass(frozen=True, slots=True)
class Purchase:
    """A test purchase: times in seconds, None where that has not happened or is not known; photos by SHA-256."""

    bought_at: int
    bought_by: str
    order: str
    received_at: int | None
    sealed_at: int | None
    sealed_by: str
    seal: str
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the file in its chain."""

    number: int
    name: str
    bytes: int
    sha256: str
    seal: str


def chained(parts: Iterable[tuple[str, bytes]]) -> list[Part]:
    """The parts with their seals, from 1."""
    found: list[Part] = []
    previous = GENESIS
    for number, (name, content) in enumerate(parts, 1):
        digest = hashlib.sha256(content)
        seal = hashlib.sha256(_PART)
        for told in (str(number).encode(), name.encode(), digest.digest(), previous):
            seal.update(len(told).to_bytes(8, "big") + told)
        previous = seal.digest()
        found.append(Part(number, name, len(content), digest.hexdigest(), previous.hex()))
    return found


def seal_digest(manifest: bytes) -> bytes:
    """What the ledger signs: 32 bytes over the whole manifest."""
    return hashlib.sha256(_SEAL + manifest).digest()


def shown_entry(entry: Entry, withheld: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An entry as the file has it: whole, or (`withheld` is what is left of its body) with its hash alone."""
    told: dict[str, Any] = {
        "number": entry.number,
        "at": entry.at,
        "kind": entry.kind,
        "subject": entry.subject,
        "previous": entry.previous.hex(),
        "hash": entry.hash.hex(),
    }
    if withheld is not None:
        return told | {"whole": False, "body": dict(withheld)}
    return told | {"whole": True, "organisation": entry.organisation, "body": entry.body}


def entry_faults(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong with entries as a file shows them, each fault in words."""
    found = []
    before: Mapping[str, Any] | None = None
    for one in entries:
        number = one["number"]
        if before is not None and number <= before["number"]:
            found.append(f"entry {number} does not follow entry {before['number']}")
        if before is not None and number == before["number"] + 1 and one["previous"] != before["hash"]:
            found.append(f"entry {number} is not sealed to entry {number - 1}")
        if one["whole"]:
            made = sealed(
                number, one["at"], one["kind"], one["organisation"], one["subject"], one["body"],
                bytes.fromhex(one["previous"]),
            )  # fmt: skip
            if made.hash.hex() != one["hash"]:
                found.append(f"entry {number} is not what was sealed")
        before = one
    return found


def untraced(edges: Iterable[Mapping[str, Any]], entries: Collection[int], events: Collection[str]) -> list[str]:
    """Links of a graph that rest on nothing in the file."""
    return [
        f"the link from {one['from']} to {one['to']} rests on nothing in this file"
        for one in edges
        if one.get("entry") not in entries and one.get("event") not in events
    ]


def gaps(
    purchases: Sequence[Purchase],
    *,
    item_named: bool,
    passport: bool,
    inspected_at: Sequence[int],
    photos_kept: Collection[str],
    texts_missing: int,
    withheld: int,
) -> list[tuple[str, str]]:
    """What the chain of custody lacks, as (word, sentence)."""
    found: list[tuple[str, str]] = []
    if not item_named:
        found.append(("no_item", "The case names no single item, so nothing ties goods to a record."))
    elif not passport:
        found.append(("no_passport", "The item’s passport could not be made when this file was; make it apart."))
    if not purchases:
        found.append(("no_test_purchase", "No test purchase was told of, so no goods are in anybody’s custody."))
    for place, one in enumerate(purchases, 1):
        if one.received_at is None:
            found.append(("not_received", f"Purchase {place} was not received, or nobody said when."))
        if not one.seal or one.sealed_at is None:
            found.append(("not_sealed", f"Purchase {place} has no seal with a number and a time."))
        elif one.received_at is not None and one.sealed_at - one.received_at > SEALED_WITHIN:
            found.append(("sealed_late", f"Purchase {place} was sealed more than a day after it was received."))
        elif not one.sealed_by:
            found.append(("no_sealer", f"Nobody is named who sealed purchase {place}."))
        if not one.photos:
            found.append(("no_photos", f"There are no photos of purchase {place}."))
        if missing := [photo for photo in one.photos if photo not in photos_kept]:
            found.append(
                ("photos_elsewhere", f"{len(missing)} photos of purchase {place} are not among the case’s files.")
            )
        if one.received_at is not None and not any(at >= one.received_at for at in inspected_at):
            found.append(("not_inspected", f"No inspection is on record since purchase {place} was received."))
    if texts_missing:
        found.append(
            ("texts_forgotten", f"{texts_missing} texts are known by their SHA-256 alone; they are kept no more.")
        )
    if withheld:
        found.append(
            ("entries_withheld", f"{withheld} entries have fields that are another side’s; their hashes are told.")
        )
    return found
