"""Writes the passport vectors: good files, damaged ones as edits of them, and what every verifier must answer.

    scripts/passport_vectors [FOLDER]

What must come out of each is said by hand beside it (`passport_damage.py`); a case that Python answers otherwise is
not written. The files are of a chain that was made for them, so that writing them again gives others.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from ledger.chain import signing
from ledger.chain.rpc import Rpc
from ledger.chain.witness import NodeWitness
from ledger.proof.canonical import write_canonical
from ledger.proof.listed import CheckpointWitness
from ledger.proof.report import Report, Step
from ledger.proof.shapes import json_schema
from ledger.proof.trust import Trust, TrustedLedger, checkpoint_digest, read_checkpoint, read_trust
from ledger.proof.verify import Ask, Tools, verify
from ledger.services.publish_trust import checkpoint, trust_list
from tests.support.world import copied_world, make_world, person
from tests.vectors.passport_damage import damaged
from tests.vectors.passport_stories import Stories
from tests.vectors.passport_workshop import CANNOT_TELL, CONTRADICTS, HOLDS

FOLDER: Final = Path(__file__).parent / "passports"
TOOLS: Final = Tools(signing.keccak, signing.signer_of)
NODE: Final = "http://127.0.0.1:9"
STRANGER: Final = person("a stranger")
_Json = dict[str, Any]


class ToldNode(Rpc):
    """A node whose answers are told beforehand; nothing is sent."""

    def __init__(self, told: _Json) -> None:
        super().__init__(NODE)
        self._told = told

    def call(self, method: str, *params: Any, **_: Any) -> Any:
        """The told answer."""
        if method == "eth_getBlockByNumber":
            found = self._told["blocks"].get(params[0])
            return None if found is None else {"hash": found}
        return self._told[method]


def cases(folder: Path = FOLDER) -> list[_Json]:
    """Every case as it is kept."""
    found: list[_Json] = json.loads((folder / "cases.json").read_text())
    return found


def bytes_of(case: _Json, folder: Path = FOLDER) -> bytes:
    """A case's file: a good one, edited."""
    raw = (folder / "good" / f"{case['file']}.json").read_bytes()
    if "edit" not in case:
        return raw
    at, cut = case["edit"]["at"], case["edit"]["cut"]
    put = bytes.fromhex(case["edit"]["hex"]) if "hex" in case["edit"] else case["edit"]["put"].encode()
    return raw[:at] + put + raw[at + cut :]


def answer(case: _Json, folder: Path = FOLDER) -> Report:
    """What Python says of a case."""
    trust = None
    if case["trust"] is not None:
        trust = read_trust((folder / "trust" / f"{case['trust']}.json").read_bytes())
    return verify(bytes_of(case, folder), trust, TOOLS, _ask(case.get("witness"), folder))


def expectation(report: Report) -> _Json:
    """What of an answer every verifier must give."""
    told = report.as_json()
    last = told["steps"][-1]
    return {
        "outcome": told["outcome"],
        "level": told["level"],
        "steps": [[one["step"], one["outcome"]] for one in told["steps"]],
        "facts": told["facts"],
        "notes": told["notes"],
        "last": {name: last[name] for name in ("said", "expected", "found") if name in last},
    }


def _ask(witness: _Json | None, folder: Path) -> Ask | None:
    if witness is None:
        return None
    if "checkpoint" in witness:
        listed = read_checkpoint((folder / "checkpoints" / f"{witness['checkpoint']}.json").read_bytes())
        return lambda ledger: CheckpointWitness(listed, ledger, signing.keccak, signing.signer_of)
    return lambda ledger: NodeWitness(ToldNode(witness["node"]), ledger)


class _Writer:
    def __init__(self, folder: Path, good: dict[str, bytes], trust: Trust, listed: bytes) -> None:
        self.folder, self.good, self.listed = folder, good, listed
        (self.ours,) = trust.ledgers
        self.cases: list[_Json] = []

    def write(self) -> None:
        for kind in ("good", "trust", "checkpoints"):
            shutil.rmtree(self.folder / kind, ignore_errors=True)
        for name, raw in self.good.items():
            self._put("good", name, raw)
        ours = self.ours
        for name, other in (
            ("ours", ours),
            ("other_code", ours.model_copy(update={"codeHash": "0x" + "22" * 32})),
            ("elsewhere", ours.model_copy(update={"contract": "0x" + "33" * 20})),
            ("no_brands", ours.model_copy(update={"parties": []})),
            ("no_checkpoint_signer", ours.model_copy(update={"checkpointSigner": None})),
        ):
            self._put("trust", name, _trust(other))
        for name in self.good:
            self._case({"name": f"good_{name}", "file": name, "trust": "ours"}, Step.LIVE, HOLDS, 0)
        for one in damaged(self.good, ours):
            case = {"name": one.name, "file": one.base, "trust": one.trust, **_edit(self.good[one.base], one.raw)}
            self._case(case, one.step, one.outcome, one.notes)
        self._checkpoints()
        self._nodes()
        (self.folder / "cases.json").write_text(_lines(self.cases), "utf-8")
        (self.folder / "schema.json").write_text(json.dumps(json_schema(), indent=1) + "\n", "utf-8")

    def _checkpoints(self) -> None:
        told = json.loads(self.listed)
        other_hashes = [{**one, "hash": "0x" + "11" * 32} for one in told["blocks"]]
        number = json.loads(self.good["claimed"])["state"]["block"]["number"]
        for name, other, outcome, trust in (
            ("ours", told, HOLDS, "ours"),
            (
                "another_hash",
                {**told, "blocks": other_hashes},
                CONTRADICTS,
                "ours",
            ),
            ("a_strangers", _signed_by_a_stranger(told), CONTRADICTS, "ours"),
            ("of_another_ledger", {**told, "chainId": 1}, CONTRADICTS, "ours"),
            ("ours_unasked", told, CONTRADICTS, "no_checkpoint_signer"),
        ):
            self._put("checkpoints", name, write_canonical(other))
            case = {"name": f"checkpoint_{name}", "file": "claimed", "trust": trust, "witness": {"checkpoint": name}}
            self._case(case, Step.LIVE, outcome, 0)
        # A list of other blocks, of an operator whose key is known here.
        others = [one for one in told["blocks"] if one["number"] != number]
        listed = _signed_by_a_stranger({**told, "blocks": others})
        self._put("checkpoints", "of_other_blocks", write_canonical(listed))
        theirs = self.ours.model_copy(update={"checkpointSigner": STRANGER.address})
        self._put("trust", "a_strangers", _trust(theirs))
        witness = {"checkpoint": "of_other_blocks"}
        case = {"name": "checkpoint_of_other_blocks", "file": "claimed", "trust": "a_strangers", "witness": witness}
        self._case(case, Step.LIVE, CANNOT_TELL, 0)

    def _nodes(self) -> None:
        told = json.loads(self.good["claimed"])
        block = told["state"]["block"]
        good = {
            "eth_chainId": hex(told["ledger"]["chainId"]),
            "blocks": {hex(block["number"]): block["hash"]},
            "eth_getStorageAt": told["head"],
        }
        for name, changed, outcome, notes in (
            ("knows_the_block", {}, HOLDS, 0),
            ("knows_a_newer_head", {"eth_getStorageAt": "0x" + "44" * 32}, HOLDS, 1),
            ("knows_another_block", {"blocks": {hex(block["number"]): "0x" + "55" * 32}}, CONTRADICTS, 0),
            ("knows_no_such_block", {"blocks": {}}, CANNOT_TELL, 0),
            ("is_of_another_chain", {"eth_chainId": "0x1"}, CANNOT_TELL, 0),
            ("speaks_nonsense", {"blocks": {hex(block["number"]): "0x55"}}, CANNOT_TELL, 0),
        ):
            case = {
                "name": f"node_{name}",
                "file": "claimed",
                "trust": "ours",
                "witness": {"node": {**good, **changed}},
            }
            self._case(case, Step.LIVE, outcome, notes)

    def _case(self, case: _Json, step: Step, outcome: str, notes: int) -> None:
        report = answer(case, self.folder)
        found = (report.outcome.value, report.steps[-1].step, len(report.notes))
        if found != (outcome, step, notes):
            raise AssertionError(f"{case['name']}: {found} instead of {(outcome, step, notes)}: {report.steps[-1]}")
        self.cases.append({**case, "expected": expectation(report)})

    def _put(self, kind: str, name: str, raw: bytes) -> None:
        (self.folder / kind).mkdir(exist_ok=True, parents=True)
        (self.folder / kind / f"{name}.json").write_bytes(raw)


def _trust(ledger: TrustedLedger) -> bytes:
    return write_canonical(Trust(format="touchmark-trust/1", ledgers=[ledger]).model_dump(exclude_none=True))


def _signed_by_a_stranger(told: _Json) -> _Json:
    digest = checkpoint_digest(told["chainId"], told["contract"], told["made"], told["blocks"], signing.keccak)
    return {**told, "signature": "0x" + signing.sign(STRANGER.key, digest).hex()}


def _edit(before: bytes, after: bytes) -> _Json:
    if before == after:
        return {}
    most = min(len(before), len(after))
    at = next((place for place in range(most) if before[place] != after[place]), most)
    end = next((back for back in range(most - at) if before[-back - 1] != after[-back - 1]), most - at)
    put = after[at : len(after) - end]
    cut = len(before) - end - at
    try:
        return {"edit": {"at": at, "cut": cut, "put": put.decode()}}
    except UnicodeDecodeError:
        return {"edit": {"at": at, "cut": cut, "hex": put.hex()}}


def _lines(found: list[_Json]) -> str:
    return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in found) + "\n]\n"


def main(folder: Path = FOLDER) -> None:
    """Write all of it."""
    with tempfile.TemporaryDirectory() as given:
        place = Path(given)
        (place / "world").mkdir()
        make_world(place / "world", None)
        with copied_world(place / "world", place / "copy", None) as world:
            good = Stories(world).play()
            trust, listed = read_trust(trust_list(world.ledger)), checkpoint(world.ledger)
    _Writer(folder, good, trust, listed).write()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
