"""The kit's README: for somebody who never heard of us, in plain words and commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

_TOP: Final = """# A Touchmark ledger, to be checked and carried on without its operator

Made on {day} from the ledger that was at {url}, as of block {block}
(`{hash}`)
of chain {chain}, contract `{contract}`.

Touchmark records which items a brand made, who inspected them, and who holds the title. Each statement is signed by
whoever made it and stands in a contract on a chain. This folder holds what is needed to check that with nobody's help.

**First: is this kit what the operator made?** The key that signed it should be

    {signer}

Compare it with the one in `{url}/.well-known/touchmark.json` as you or somebody
you trust kept it earlier. If you have nothing to compare it with, the kit only proves that it agrees with itself.

    sha256sum --check --quiet SHA256SUMS          # every file is as it was; says nothing when all is well
    touchmark check-kit . --trust YOUR-OLD-touchmark.json

The second command (installed as below; better from a copy that you trust already) also checks the signature over
`SHA256SUMS`: EIP-712, in `SHA256SUMS.sig.json`, of the type `ExitKit(bytes32 sums,uint40 made)`, where `sums` is the
list's SHA-256.

## What is in it

| path | what it is |
| --- | --- |
| `SHA256SUMS`, `SHA256SUMS.sig.json` | the list of all files, and the operator's signature over it |
| `kit.json` | when and of what this kit was made, and how many of each |
| `touchmark.json` | the trust list: chain, contract, code, and whose number is whose |
| `checkpoints/` | signed lists of the blocks that passports were made at |
| `chain/deployment.json`, `chain/contracts/` | the contract: address, code hash, interface, bytecode |
| `chain/headers.jsonl.gz` | the header (RLP) of every block that holds an event or that a passport was made at |
| `chain/events.jsonl.gz` | every event of the contract with all its fields, but for ERC-721's echoes of them |
| `chain/transactions.jsonl.gz` | every transaction behind them, signed, with all statements and signatures |
{save_row}| `manifests/` | what each batch's registration names: leaves, record hashes, public fields; no serials |
| `reports/`, `evidence/`, `photos/` | words and pictures that pages showed to everyone, under their SHA-256 |
| `directory/` | the organisations and their product lines |
| `schemas/` | JSON Schemas of passport, trust list and checkpoint |
| `program/` | the program itself (Apache-2.0): `ledger/`, `web/`, `pyproject.toml`, and the contract's source |
{verify_row}{private_row}
Not in it, ever: people, e-mail addresses, sessions, who looked at what, what owners wrote, keys that are not sealed.

## Check one item

You need its passport: a file that its owner or seller once took from the item's page. It proves itself.

With Python 3.11 or newer and pip (the program's libraries come from PyPI):

    python3 -m venv v && v/bin/pip install ./program
    v/bin/touchmark verify passport.json --trust touchmark.json --checkpoint checkpoints/000001.json

Exit code 0 says that it holds, 2 that it contradicts (the step is named), 3 that it cannot be told. A passport's block
stands in one of the lists in `checkpoints/`, lowest first; try each if there are several.
{browser}
A passport shows the item as it was when the file was made. {newer}

## Ask the chain itself

{chain_text}

## What a stranger can do with this kit, and what not

You can
- check any passport, old or new, against the signed checkpoints and the chain in this kit;
- make a new passport of any item that was ever claimed or inspected, if you know its GTIN and serial:
  `touchmark kit-passport THIS-FOLDER GTIN SERIAL --output passport.json`. Its record's fields stay withheld;
- rebuild each batch's tree from its public manifest and compare its root with the registration;
- find every photo and document that a shown report cites, by its SHA-256;
- put the chain, the contract and the checking page on a machine of your own, for everybody.

You cannot
- learn a serial: manifests hold none, so that nobody prints labels from them;
- make a passport of an item that nobody ever touched, or show a field with its proof: that takes the brand's secret
  of the batch, which is only in a kit made for a successor, sealed;
- learn who the owners are: the chain has addresses, and a fresh one for each item;
- tell whether the thing in your hand is the item. A code can be copied. Ask its owner, or have it inspected.

Who could have rewritten this chain: {rewrite}
A checkpoint that somebody else kept from earlier days shows whether that happened: its hashes must be those in
`chain/headers.jsonl.gz`.

## Carry the ledger on

{carry}
"""
_PRIVATE_ROW: Final = "| `private/` | sealed: for the successor who was given the passphrase |\n"
_SAVE_ROW: Final = "| `chain/save/` | the whole local chain, to be started again |\n"
_VERIFY_ROW: Final = "| `verify/` | a page that checks passports in a browser, from any host or from this folder |\n"
_BROWSER: Final = """
With only a browser: open `verify/index.html`, drop the passport in, and `touchmark.json` beside it. The page asks
nobody but a node that you name.
"""
_LOCAL: Final = """The whole chain is in `chain/save/state.json`. Start it with Anvil, Foundry's node:

    anvil --load-state chain/save/state.json --chain-id {chain} --hardfork osaka --no-mining --accounts 0 --port 8545

Its newest block is then {block}. It answers `eth_getProof`, `eth_call` and the rest; give it to the check instead of
the list: `touchmark verify passport.json --trust touchmark.json --rpc http://127.0.0.1:8545`."""
_PUBLIC: Final = """The chain does not depend on us. Give any of its nodes to the check instead of the list:
`touchmark verify passport.json --trust touchmark.json --rpc URL`. Newer statements than this kit's are there too."""
_CARRY: Final = """With the old installation's passphrase, which is not in this kit, a new one answers every scan as the
old one did:

    TOUCHMARK_PASSPHRASE=… touchmark import-kit THIS-FOLDER --data NEW-FOLDER
    TOUCHMARK_PASSPHRASE=… touchmark --data NEW-FOLDER serve

It starts the chain, reads it anew, opens the sealed manifests, and compares every batch with its registration.
{address}

People have to join again: accounts, passkeys, sessions, webhooks, API keys, drafts, counts of looks and what owners
wrote did not come along, and warnings that rest on looks begin anew. Titles did: each owner's own key still moves
their item."""
_ADDRESS: Final = "Codes on items lead to {url}: that name has to point to the new machine (`--public-url`)."
_MIRROR: Final = """This kit was made without its sealed part: serials, private fields and the operator's keys are not
in it, and `touchmark import-kit` refuses it. You can keep the chain, the verifier and these files online, and everybody
can go on checking passports; nobody can register new items or answer a bare scan from them. A kit made with
`touchmark export --with-private` can do that, for whoever also has the passphrase."""
_REWRITE: Final = {
    "operator": "its operator, alone.",
    "validators": "its validators, together.",
    "public": "nobody that is known, at this depth.",
}


def readme(about: Mapping[str, Any], signer: str, *, verifier: bool) -> str:
    """The text, in Markdown. `about` is the content of `kit.json`."""
    save, url = about["save"], about["publicUrl"]
    return _TOP.format(
        day=datetime.fromtimestamp(about["made"], UTC).strftime("%Y-%m-%d"),
        url=url,
        block=about["block"]["number"],
        hash=about["block"]["hash"],
        chain=about["chainId"],
        contract=about["contract"],
        signer=signer,
        save_row=_SAVE_ROW if save else "",
        verify_row=_VERIFY_ROW if verifier else "",
        private_row=_PRIVATE_ROW if about["private"] else "",
        browser=_BROWSER if verifier else "",
        newer="The next part tells how to ask for what came after it.",
        chain_text=_PUBLIC if save is None else _LOCAL.format(chain=about["chainId"], block=save["block"]),
        rewrite=_REWRITE[about["rewritableBy"]],
        carry=_CARRY.format(address=_ADDRESS.format(url=url)) if about["private"] else _MIRROR,
    )
