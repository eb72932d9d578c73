"""Date designs: hashes of files in, an Anchor statement out, and the certificate once that is final.

The files stay with their owner; only their SHA-256 comes here. Entry in the desk's log: `design.anchored`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from ledger.domain.desk.designs import SAYS, Anchored, DesignFile, certificate, check_files, tree_of
from ledger.domain.errors import Conflict, Fault, Invalid, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import Progress, State
from ledger.domain.said import said
from ledger.domain.statements import Kind
from ledger.files.receipt_sheet import Printed, Section, write_receipt_sheet
from ledger.services.draft_statement import draft_in
from ledger.services.kept_keys import queue_signed
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.views_of_chain import moment


@dataclass(frozen=True, slots=True)
class Dated:
    """What was dated, and how far that is."""

    id: str
    name: str
    files: tuple[DesignFile, ...]
    statement: str
    progress: Progress
    created_at: int


def date_design(ledger: Ledger, caller: Caller, name: str, files: Sequence[tuple[str, str]]) -> Dated:
    """Date files, given as (name, SHA-256): signed with the brand's kept key and queued.

    Raises Invalid naming every fault, Forbidden where the operator does not keep the key.
    """
    caller.need(Scope.NOTICE)
    caller.need(Scope.SIGN)
    caller.need_role(Role.BRAND)
    title = name.strip()
    if not 1 <= len(title) <= 120 or not title.isprintable():
        raise Invalid(
            said("Give the design a name of 1 to 120 characters."), faults=[Fault("name", said("is missing."))]
        )
    check_files(files)
    kept = tuple(DesignFile(one, bytes.fromhex(sha256), ledger.random(32)) for one, sha256 in files)
    root = tree_of(kept, ledger.keccak).root
    with ledger.store.write() as tx:
        tx.organisations.lock(caller.organisation.id)
        queued = queue_signed(ledger, tx, caller, draft_in(ledger, tx, Kind.ANCHOR, {"hash": root}, caller))
        id, now = ledger.new_id("dsg"), ledger.now()
        tx.designs.add(
            id=id,
            organisation=caller.organisation.id,
            name=title,
            files=[{"name": one.name, "sha256": one.sha256.hex(), "salt": one.salt.hex()} for one in kept],
            root=root,
            statement=queued.id,
            created_at=now,
        )
        body = {"root": root.hex(), "files": len(kept), "statement": queued.hash.hex()}
        tx.desk_log.append("design.anchored", caller.organisation.id, id, body, now)
        return _dated(ledger, tx, tx.designs.get(id) or {})


def designs_of(ledger: Ledger, caller: Caller) -> list[Dated]:
    """A brand's dated designs, newest first."""
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND)
    with ledger.store.read() as tx:
        return [_dated(ledger, tx, one) for one in tx.designs.of(caller.organisation.id)]


def design_certificate(ledger: Ledger, caller: Caller, id: str) -> dict[str, Any]:
    """The certificate. Raises Unknown for another's, Conflict until the statement is final."""
    caller.need(Scope.NOTICE)
    with ledger.store.read() as tx:
        row = tx.designs.get(id)
        if row is None or row["organisation"] != caller.organisation.id:
            raise Unknown(said("There is no such design of yours."))
        dated = _dated(ledger, tx, row)
        queued = tx.outbox.get(dated.statement)
        at = dated.progress
        block = None if at.block is None else tx.chain.block(at.block)
        if at.state is not State.FINAL or block is None or queued is None:
            raise Conflict(said("This is not final yet, so there is no certificate. Ask again in a minute."))
        values = queued.statement.values
        anchored = Anchored(
            int(values["party"]),
            int(values["nonce"]),
            queued.signatures[0],
            str(queued.signer),
            block.number,
            block.hash,
            block.time,
        )
        brand = {"name": caller.organisation.name, "domain": caller.organisation.domain}
        return certificate(dated.name, brand, dated.files, anchored, ledger.domain(tx), ledger.keccak)


def certificate_file(document: dict[str, Any]) -> bytes:
    """The certificate's bytes: canonical JSON (RFC 8785)."""
    return rfc8785.dumps(document)


def certificate_pdf(document: dict[str, Any]) -> bytes:
    """The certificate as a page to print. What proves it is the JSON file, which the page names by its SHA-256."""
    block, statement, brand = document["block"], document["statement"], document["brand"]
    sha256 = hashlib.sha256(certificate_file(document)).hexdigest()
    at = f"{moment(block['time']):%Y-%m-%d %H:%M:%S} UTC"
    where = (
        ("Block", f"{block['number']}, {block['hash']}"),
        ("Statement", statement["hash"]),
        ("Signed by", statement["signer"]),
        ("Chain and contract", f"{document['ledger']['chainId']}, {document['ledger']['contract']}"),
    )
    return write_receipt_sheet(
        Printed(
            language="en",
            title=f"{brand['name']}: {document['name']}",
            kind="Certificate of a date",
            about=document["name"],
            details=(f"{brand['name']}, {brand['domain']}",),
            headline=f"Dated {at}",
            tick=False,
            colour="blue",
            texts=(SAYS, "Whoever has the files and the certificate's file can check it without this site."),
            sections=(
                Section(
                    "Files, by their SHA-256", rows=tuple((one["name"], one["sha256"]) for one in document["files"])
                ),
                Section("Where it stands", rows=where),
            ),
            address=f"urn:touchmark:design:{sha256}",
            code_title="The certificate's file",
            code_words=(f"SHA-256 {sha256}",),
            code_alt="The SHA-256 of the certificate's file.",
            page_words="Page %(page)s",
        )
    )


def _dated(ledger: Ledger, tx: Tx, row: dict[str, Any]) -> Dated:
    queued = tx.outbox.get(row["statement"])
    assert queued is not None  # they commit together
    files = tuple(
        DesignFile(one["name"], bytes.fromhex(one["sha256"]), bytes.fromhex(one["salt"])) for one in row["files"]
    )
    at = progress_of(ledger, tx, [queued])[queued.id]
    return Dated(row["id"], row["name"], files, row["statement"], at, row["created_at"])
