"""What only the operator does, through `touchmark`: organisations, their API keys, the council's accreditation."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

from api import StoryStopped
from memory import Memory
from plot import Organisation

LABEL: Final = "demo story"


class Refused(StoryStopped):
    """A command that was refused; `code` says how."""

    def __init__(self, words: str, code: str) -> None:
        super().__init__(words)
        self.code = code


def touchmark(*arguments: str) -> Any:
    """What a command answers; it finds the running ledger by the environment."""
    command = [sys.executable, "-m", "ledger.cli", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        said = {"error": {"code": "", "detail": done.stderr}}
    if done.returncode != 0:
        raise Refused(f"touchmark {' '.join(arguments)}: {said['error']['detail']}", said["error"]["code"])
    return said


def join(memory: Memory, one: Organisation) -> str:
    """Add an organisation and make its API key, whose secret this is."""
    begun = memory.known(f"joining-{one.slug}") is not None
    memory.once(f"joining-{one.slug}", lambda: True)
    memory.once(f"join-{one.slug}", lambda: _add(one))
    secret: str = memory.once(f"key-{one.slug}", lambda: _new_key(one.slug, begun))
    return secret


def accredit(memory: Memory, slug: str) -> None:
    """The council accredits an organisation for every brand's items."""
    memory.once(f"council-accredits-{slug}", lambda: _accredit(slug))


def _add(one: Organisation) -> bool:
    options = ["--name", one.name, "--role", one.role, "--domain", one.domain]
    options += ["--prefix", one.prefix] if one.prefix else []
    options += ["--since", one.since] if one.since else []
    try:
        touchmark("org", "add", "--slug", one.slug, *options, "--no-wait")
    except Refused as refused:
        # Added by a telling that was cut short.
        if refused.code != "conflict":
            raise
    return True


def _accredit(slug: str) -> bool:
    try:
        touchmark("org", "accredit", slug)
    except Refused as refused:
        # Accredited by a telling that was cut short before it could remember so.
        if refused.code != "conflict":
            raise
    return True


def _new_key(slug: str, begun: bool) -> str:
    # A telling that was cut short may have left a key whose secret nobody has.
    for old in touchmark("key", "list", "--org", slug)["keys"] if begun else ():
        if old["label"] == LABEL and old["revoked_at"] is None:
            touchmark("key", "revoke", "--org", slug, old["id"])
    secret: str = touchmark("key", "new", "--org", slug, "--label", LABEL)["secret"]
    return secret
