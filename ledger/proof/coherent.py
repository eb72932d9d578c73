"""The first level: the file agrees with itself. Fields make the record, the leaf the batch, the statements the head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ledger.domain.batches import batch_number
from ledger.domain.custody import ItemState
from ledger.domain.errors import BadSignature, Invalid
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import item_id, path, path_hash
from ledger.domain.merkle import leaf, verify
from ledger.domain.records import field_leaf, jcs, root_of
from ledger.domain.statements import Domain, Keccak, Kind, Value, struct_hash
from ledger.proof.report import Contradicts
from ledger.proof.shapes import Passport, Record, ShownField
from ledger.proof.story import Needed, Teller, Told, first_state

SignerOf = Callable[[bytes, bytes], str | None]


@dataclass(slots=True)
class Reading:
    """What the first level finds out of a passport, member by member as its steps are taken."""

    passport: Passport
    keccak: Keccak
    signer_of: SignerOf
    item: int = 0
    path_hash: bytes = b""
    batch: int = 0
    leaf: bytes = b""
    state: ItemState | None = None
    told: list[Told] = field(default_factory=list)
    rechecked: int = 0
    signatures: int = 0

    @property
    def domain(self) -> Domain:
        """The EIP-712 domain of its statements."""
        return Domain(self.passport.ledger.chainId, self.passport.ledger.contract)

    def identity(self) -> str:
        """Step: brand, GTIN and serial are the item's number."""
        item = self.passport.item
        try:
            gtin = check_gtin(item.gtin)
        except Invalid as wrong:
            raise Contradicts(str(wrong.detail)) from None
        self.path_hash = path_hash(path(gtin, item.serial), self.keccak)
        self.item = item_id(item.brand, self.path_hash, self.keccak)
        _expect("The item’s number is not that of its brand, GTIN and serial.", f"0x{self.item:064x}", item.id)
        return f"{path(gtin, item.serial)} of brand {item.brand} is item {item.id}."

    def record(self) -> str:
        """Step: the shown fields and the withheld leaves hash to the record."""
        record = self.passport.record
        check_record(record)
        shown = sum(isinstance(one, ShownField) for one in record.fields)
        return f"{shown} fields shown and {len(record.fields) - shown} withheld hash to the record {record.hash}."

    def listing(self) -> str:
        """Step: the item's leaf leads to the batch's root."""
        batch, listing = self.passport.batch, self.passport.listing
        self.batch = batch_number(self.passport.item.brand, batch.running)
        claim, record = (_bytes(one) for one in (listing.claimAddress, self.passport.record.hash))
        self.leaf = leaf(self.path_hash, record, claim, self.keccak)
        if not verify(_bytes(batch.root), self.leaf, [_bytes(one) for one in listing.proof], self.keccak):
            raise Contradicts("The item’s leaf does not lead to the root of its batch.", batch.root, "another root")
        return f"The leaf 0x{self.leaf.hex()} leads to the root of batch {batch.running}, {batch.root}."

    def registration(self) -> str:
        """Step: the brand's key signed the registration of the batch."""
        batch = self.passport.batch
        signer, digest = self.registered()
        given = None if batch.signature is None else _bytes(batch.signature)
        if not self._signed(Needed(signer, digest, given), "The registration"):
            return f"The file carries no signature of the registration; the contract took it from {batch.signer}."
        return f"Key {batch.signer} signed the registration of {batch.count} items."

    def registration_hash(self) -> bytes:
        """The struct hash of the batch's registration."""
        batch = self.passport.batch
        values: dict[str, Value] = {
            "batch": self.batch,
            "root": _bytes(batch.root),
            "count": batch.count,
            "manifestHash": _bytes(batch.manifestHash),
        }
        return struct_hash(Kind.REGISTER_BATCH, values, self.keccak)

    def registered(self) -> tuple[str, bytes]:
        """Who signed the registration, and over which digest."""
        return self.passport.batch.signer, self.domain.digest(self.registration_hash(), self.keccak)

    def teller(self) -> Teller:
        """A teller of the item's statements, at its first touch."""
        claim, record = self.passport.listing.claimAddress, _bytes(self.passport.record.hash)
        first = first_state(self.item, self.batch, claim, record, self.leaf, self.keccak)
        return Teller(first, self.domain, self.keccak)

    def statements(self) -> str:
        """Step: the statements, in their order, make the head."""
        passport = self.passport
        teller = self.teller()
        for said in passport.statements:
            told = teller.tell(said)
            self.told.append(told)
            if said.record is not None:
                check_record(said.record, told.place)
                amended = told.statement.values["recordHash"]
                assert isinstance(amended, bytes)
                _expect(f"Statement {told.place} amends to another record.", "0x" + amended.hex(), said.record.hash)
        head = "0x" + teller.state.head.hex() if self.told else None
        _expect("The statements do not make the head.", str(passport.head), str(head))
        if not self.told:
            return "Nothing was stated of the item since its batch was registered."
        self.state = teller.state
        return f"{len(self.told)} statements make the head {head}."

    def notes(self) -> list[str]:
        """What to know of a file that agrees with itself: an amendment without its record leaves an older one shown."""
        said = self.passport.statements
        last = max((place for place, one in enumerate(said) if one.kind == "AmendItem"), default=None)
        if last is None or said[last].record is not None:
            return []
        return [f"Statement {last + 1} amends the record, and its text is not in the file: what is shown is older."]

    def signed(self) -> str:
        """Step: every signature in the file is by whom it must be."""
        for told in self.told:
            for needed in told.needed:
                self._signed(needed, f"Statement {told.place}")
        rest = self.signatures - self.rechecked
        said = f"{self.rechecked} of {self.signatures} signatures were checked again."
        return said + (f" {rest} cannot be, from a file: for them the contract’s word counts." if rest else "")

    def _signed(self, needed: Needed, what: str) -> bool:
        self.signatures += 1
        if needed.given is None:
            return False
        try:
            signer = self.signer_of(needed.digest, needed.given)
        except BadSignature as wrong:
            raise Contradicts(f"{what}: {wrong.detail}", needed.signer, "nobody") from None
        if signer is None:
            raise Contradicts(
                f"{what} carries a contract wallet’s signature, which no file can prove.", "null", "a signature"
            )
        _expect(f"{what} was signed by somebody else.", needed.signer, signer)
        self.rechecked += 1
        return True


def check_record(record: Record, statement: int | None = None) -> None:
    """Raises Contradicts where the fields do not make the record hash."""
    where = "the record" if statement is None else f"the record of statement {statement}"
    leaves, names = [], set[str]()
    for place, one in enumerate(record.fields, 1):
        if isinstance(one, ShownField):
            if one.name in names:
                raise Contradicts(f"Field {place} of {where} has the name of an earlier one.")
            names.add(one.name)
            try:
                leaves.append(field_leaf(_bytes(one.salt), one.name, jcs(one.value)))
            except Invalid as wrong:
                raise Contradicts(f"Field {place} of {where} cannot be in one: {wrong.detail}") from None
        else:
            leaves.append(_bytes(one.withheld))
    _expect(f"The fields do not make {where}.", record.hash, "0x" + root_of(leaves).hex())


def _expect(why: str, expected: str, found: str) -> None:
    if expected != found:
        raise Contradicts(why, expected, found)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
