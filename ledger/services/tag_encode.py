"""Tags for a batch: the sealed file for whoever writes them, and which chip each became.

1. `make_tags` derives the keys of each item's tag, and hands them out in one file, sealed with the encoder's own
   passphrase. The file is made in that moment and not kept; who had it made, and its SHA-256, are.
2. Whoever writes the tags sends back which chip (UID) carries which item: `bring_into_service`. Until then a tap says
   that the tag is not in service yet.
3. A lost file, a lost tag: `end_tag`, and a new file. The item's next tag has other keys (its generation), so that
   what a lost file can make counts for nothing.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final

from ledger.domain.batches import Item
from ledger.domain.errors import Conflict, Fault, Invalid, LedgerError, TooLarge, Unknown
from ledger.domain.gtins import Gtin, check_gtin
from ledger.domain.identity import digital_link
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said, said_many
from ledger.domain.sun_messages import UID, Mode
from ledger.domain.tag_keys import GENERATIONS, KEY, tag_keys
from ledger.domain.tags import Run, Tag, TagState
from ledger.files.encoder_file import SHORTEST, address_file, seal_file
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import PAGE, all_items, own_batch
from ledger.services.tag_tap import AES, master_purpose
from ledger.services.tags_port import Master
from ledger.services.views_of_chain import find_listed

MOST: Final = 5_000
"""Tags in one file; a larger batch takes several."""
LARGEST: Final = 2 * 1024 * 1024
"""Bytes of an encoder's answer."""
_MAKER: Final = 0x04
"""The first byte of every UID of NXP's (ISO/IEC 7816-6)."""


@dataclass(frozen=True, slots=True)
class TagView:
    """One tag with its item's name, as the brand's desk lists it."""

    tag: Tag
    gtin: str
    serial: str


@dataclass(frozen=True, slots=True)
class TagDesk:
    """What a brand sees of its tags."""

    version: int
    counts: Mapping[str, int]
    runs: Sequence[Run]


def make_tags(
    ledger: Ledger,
    caller: Caller,
    batch_id: str,
    passphrase: str,
    target: BinaryIO,
    *,
    mode: Mode = Mode.AES,
    sealed: bool = False,
    again: bool = False,
) -> Run:
    """Write the sealed file for the batch's items that have no tag yet, at most `MOST` of them.

    `sealed`: the tags have a tamper loop, whose state comes along. `again`: tags that no encoder has brought into
    service are made anew, and the earlier file is worth nothing. Raises Unknown, Conflict, Invalid.
    """
    _need(caller)
    if len(passphrase) < SHORTEST:
        raise Invalid(
            said("A passphrase has at least %(n)s characters. Five words that nobody guesses do well.", n=SHORTEST)
        )
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, batch_id)
    if not batch.ready:
        raise Conflict(said("This batch is still being made ready. Its tags can be made in a moment."))
    version, master = _newest_master(ledger, caller)
    wanted = list(_wanted(ledger, batch.id, again=again))
    if not wanted:
        raise Conflict(said("Every item of this batch has a tag already. End a tag first to replace it."))
    id, now = ledger.new_id("run"), ledger.now()
    rows, made = [], []
    for item, generation in wanted:
        keys = tag_keys(AES, master, item.item, generation)
        link = digital_link(ledger.public_url, Gtin(item.gtin), item.serial)
        rows.append(
            {
                "gtin": item.gtin,
                "serial": item.serial,
                **address_file(link, mode, sealed=sealed),
                "keys": {str(number): key.hex() for number, key in enumerate(keys.all)},
                "key_version": version % 256,
            }
        )
        organisation = caller.organisation.id
        tag = Tag(
            ledger.new_id("tag"), item.item, organisation, id, generation, version, mode, sealed, TagState.MADE, now
        )
        made.append(tag)
    content = seal_file(rows, passphrase, ledger.random(16), ledger.random(12))
    sha256 = hashlib.sha256(content).hexdigest()
    run = Run(id, caller.organisation.id, batch.id, mode, sealed, version, len(made), sha256, now, caller.person)
    with ledger.store.write() as tx:
        if again:
            tx.tags.end([item.item for item, _ in wanted], now)
        # Two files at once for one item fall over its generation, which is taken once.
        tx.tags.add_run(run, made)
    target.write(content)
    return run


def _wanted(ledger: Ledger, batch_id: str, *, again: bool) -> Iterator[tuple[Item, int]]:
    """The items that a tag is to be made for, each with its tag's generation."""
    found = 0
    items = all_items(ledger, batch_id)
    while page := list(islice(items, PAGE)):
        with ledger.store.read() as tx:
            newest = tx.tags.newest_of([one.item for one in page])
        for item in page:
            tag = newest.get(item.item)
            free = tag is None or tag.state is TagState.ENDED or (again and tag.state is TagState.MADE)
            if not free:
                continue
            if tag is not None and tag.generation >= GENERATIONS:
                raise Conflict(said("%(serial)s has had 255 tags; it gets no more.", serial=item.serial))
            yield item, 1 if tag is None else tag.generation + 1
            found += 1
            if found == MOST:
                return


def _newest_master(ledger: Ledger, caller: Caller) -> tuple[int, bytes]:
    organisation = caller.organisation.id
    with ledger.store.write() as tx:
        known = tx.tags.masters(organisation)
        newest = known[0] if known else _add_master(ledger, tx, organisation, 1)
    return newest.version, ledger.vault.open(newest.sealed, master_purpose(organisation, newest.version))


def _add_master(ledger: Ledger, tx: Tx, organisation: str, version: int) -> Master:
    sealed = ledger.vault.seal(ledger.random(KEY), master_purpose(organisation, version))
    made = Master(organisation, version, sealed, ledger.now())
    tx.tags.add_master(made)
    return made


def new_master(ledger: Ledger, caller: Caller) -> int:
    """A new master key for the tags to come; its version. Tags that are out there keep theirs."""
    caller.need_role(Role.BRAND)
    caller.need(Scope.KEYS)
    with ledger.store.write() as tx:
        known = tx.tags.masters(caller.organisation.id)
        version = known[0].version + 1 if known else 1
        _add_master(ledger, tx, caller.organisation.id, version)
    return version


def bring_into_service(ledger: Ledger, caller: Caller, content: bytes) -> int:
    """Take an encoder's answer: CSV with the columns gtin, serial and uid (14 hexadecimal digits); how many tags.

    All rows or none; the same answer again changes nothing. Raises Invalid with a fault for each bad row, TooLarge.
    """
    _need(caller)
    rows, faults, now = _rows(content), [], ledger.now()
    with ledger.store.write() as tx:
        taken: set[bytes | str] = set()
        wanted: list[tuple[Tag, bytes]] = []
        for number, row in enumerate(rows, 2):
            try:
                uid = _uid(row.get("uid") or "")
                tag = _own_newest(tx, caller, row.get("gtin") or "", row.get("serial") or "")
                _check_free(tx, tag, uid, taken)
            except LedgerError as wrong:
                faults.append(Fault(said("row %(number)s", number=number), wrong.detail))
                continue
            taken |= {uid, tag.id}
            wanted.append((tag, uid))
        if faults:
            words = said_many(
                "%(n)s row of the answer is not right. Nothing was taken.",
                "%(n)s rows of the answer are not right. Nothing was taken.",
                len(faults),
            )
            raise Invalid(words, faults=faults[:100])
        for tag, uid in wanted:
            if tag.state is TagState.MADE:
                tx.tags.bind(tag.id, uid, now)
    return len(wanted)


def _rows(content: bytes) -> list[dict[str, str]]:
    if len(content) > LARGEST:
        raise TooLarge(said("An encoder's answer has at most %(n)s tags. Send it in parts.", n=MOST))
    try:
        text = content.decode("utf-8-sig")
        separator = ";" if ";" in text.partition("\n")[0] else ","
        rows = [
            {
                (name or "").strip().lower(): (value or "")
                for name, value in row.items()
                if isinstance(value, str | None)
            }
            for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
        ]
    except (UnicodeDecodeError, csv.Error):
        raise Invalid(said("This is not a CSV file in UTF-8. Export it again, with gtin, serial and uid.")) from None
    if not rows or not {"gtin", "serial", "uid"} <= set(rows[0]):
        raise Invalid(said("The answer needs the columns gtin, serial and uid in its first line, and rows below."))
    if len(rows) > MOST:
        raise TooLarge(said("An encoder's answer has at most %(n)s tags. Send it in parts.", n=MOST))
    return rows


def _uid(text: str) -> bytes:
    digits = "".join(one for one in text if one not in " :-").upper()
    if len(digits) == 2 * UID and all(one in "0123456789ABCDEF" for one in digits) and int(digits[:2], 16) == _MAKER:
        return bytes.fromhex(digits)
    raise Invalid(said("A tag's number (UID) has 14 hexadecimal digits and begins with 04."))


def _own_newest(tx: Tx, caller: Caller, gtin: str, serial: str) -> Tag:
    subject = find_listed(tx, check_gtin(gtin.strip()), serial.removeprefix("'"))
    found = tx.tags.of_item(subject.item.item, 1)
    if subject.batch.organisation != caller.organisation.id or not found:
        raise Unknown(said("No file for an encoder names this item. Make one first."))
    return found[0]


def _check_free(tx: Tx, tag: Tag, uid: bytes, taken: set[bytes | str]) -> None:
    if tag.state is TagState.ENDED:
        raise Conflict(said("This item's tag was ended. Make a new file for the encoder first."))
    if tag.state is TagState.IN_SERVICE and tag.uid != uid:
        raise Conflict(said("This item has another tag in service. End that one first."))
    there = tx.tags.by_uid(uid)
    if (there is not None and there.id != tag.id) or uid in taken or tag.id in taken:
        raise Conflict(said("This tag, or this item, is named twice. A tag belongs to one item."))


def end_tag(ledger: Ledger, caller: Caller, gtin: str, serial: str) -> None:
    """Take an item's tag out of service for good: it was lost, or came off. Raises Unknown, Conflict."""
    _need(caller)
    with ledger.store.write() as tx:
        tag = _own_newest(tx, caller, gtin, serial)
        if not tx.tags.end([tag.item], ledger.now()):
            raise Conflict(said("This item's tag was ended before."))


def tag_desk(ledger: Ledger, caller: Caller) -> TagDesk:
    """How many tags there are in each state, the files that were made, and the newest master key's version (or 0)."""
    caller.need_role(Role.BRAND)
    with ledger.store.read() as tx:
        known = tx.tags.masters(caller.organisation.id)
        counts = tx.tags.count(caller.organisation.id)
        return TagDesk(known[0].version if known else 0, counts, tx.tags.runs(caller.organisation.id, 20))


def list_tags(
    ledger: Ledger, caller: Caller, before: str | None, limit: int, batch: str | None = None
) -> list[TagView]:
    """The brand's tags, newest first; of one batch, where it is named."""
    caller.need_role(Role.BRAND)
    with ledger.store.read() as tx:
        found = tx.tags.page(caller.organisation.id, before, limit, batch)
        items: dict[int, Any] = {one.item: tx.batches.item(one.item) for one in found}
        return [TagView(one, items[one.item].gtin, items[one.item].serial) for one in found if items[one.item]]


def _need(caller: Caller) -> None:
    caller.need_role(Role.BRAND)
    caller.need(Scope.CARDS)
