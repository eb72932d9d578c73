"""The archive of a case file: written byte for byte the same each time, so that no byte of it can change unseen.

Parts are stored, not packed (APPNOTE.TXT 4.4.5), with one fixed date and no extras; a reader writes the archive again
from what it read and compares.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from ledger.domain.desk.case_file import FORMAT, chained, entry_faults, seal_digest, untraced
from ledger.domain.errors import Invalid, TooLarge

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_PARTS: Final = 20
MANIFEST: Final = "manifest.json"
SEAL: Final = "seal.json"
_DATE: Final = (1980, 1, 1, 0, 0, 0)

SignerOf = Callable[[bytes, bytes], str | None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a case file found: faults in words (none: it holds), who sealed it, and the manifest."""

    faults: tuple[str, ...]
    signer: str | None
    manifest: Mapping[str, Any]
    entries: int
    whole: int


def as_json(value: Any) -> bytes:
    """JSON as every part has it: sorted, in lines that a person can read."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def write_case_file(
    about: Mapping[str, Any], parts: Sequence[tuple[str, bytes]], sign: Callable[[bytes], bytes]
) -> bytes:
    """The archive: its parts, the manifest with their chain, and the signature over it. Raises TooLarge."""
    chain = chained(parts)
    told = {"format": FORMAT, **about, "parts": [asdict(one) for one in chain], "head": chain[-1].seal}
    manifest = as_json(told)
    seal = as_json({"signature": "0x" + sign(seal_digest(manifest)).hex()})
    made = _packed([*parts, (MANIFEST, manifest), (SEAL, seal)])
    if len(made) > MOST_BYTES:
        raise TooLarge("This case file is larger than 64 MB. Fetch the case and its files one by one.")
    return made


def check_case_file(raw: bytes, signer_of: SignerOf) -> Checked:
    """Every hash, every seal, every entry, every link. Raises Invalid for what is no case file at all."""
    parts = _unpacked(raw)
    names = [name for name, _ in parts]
    if names[-2:] != [MANIFEST, SEAL]:
        raise Invalid("This is no case file: its manifest and its seal are not where they belong.")
    content = dict(parts)
    try:
        manifest, seal = json.loads(content[MANIFEST]), json.loads(content[SEAL])
        faults = _faults(raw, parts, manifest)
        case, graph = json.loads(content["case.json"]), json.loads(content["graph.json"])
        item = json.loads(content["item.json"])
        entries = case["entries"]
        faults += entry_faults(entries)
        events = {one["id"] for one in item["events"]}
        faults += untraced(graph["edges"], {one["number"] for one in entries}, events)
        signer = signer_of(seal_digest(content[MANIFEST]), bytes.fromhex(seal["signature"][2:]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("This is no case file of ours, or it was changed: a part cannot be read.") from error
    if signer is None:
        faults.append("the signature is nobody’s")
    return Checked(tuple(faults), signer, manifest, len(entries), sum(bool(one["whole"]) for one in entries))


def _faults(raw: bytes, parts: Sequence[tuple[str, bytes]], manifest: Mapping[str, Any]) -> list[str]:
    found = []
    if manifest["format"] != FORMAT:
        found.append("the manifest is of another format")
    chain = [asdict(one) for one in chained(parts[:-2])]
    for told, real in zip(manifest["parts"], chain, strict=False):
        if told != real:
            found.append(f"{real['name']} is not what was sealed")
    if len(manifest["parts"]) != len(chain):
        found.append("the manifest tells of more or fewer parts than there are")
    if not chain or manifest["head"] != chain[-1]["seal"]:
        found.append("the last seal is not the manifest’s")
    if as_json(manifest) != parts[-2][1] or _packed(parts) != raw:
        found.append("the archive is not as it was written")
    return found


def _packed(parts: Sequence[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def _unpacked(raw: bytes) -> list[tuple[str, bytes]]:
    if len(raw) > MOST_BYTES:
        raise TooLarge("A case file has 64 MB at the most.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            found = archive.infolist()
            if not 3 <= len(found) <= MOST_PARTS or any(one.compress_type != zipfile.ZIP_STORED for one in found):
                raise Invalid("This is no case file: its parts are not stored as ours are.")
            if sum(one.file_size for one in found) > MOST_BYTES:
                raise TooLarge("A case file has 64 MB at the most.")
            return [(one.filename, archive.read(one)) for one in found]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise Invalid("This is no case file, or it was changed: the archive cannot be opened.") from error
