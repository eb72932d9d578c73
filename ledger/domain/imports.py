"""A brand's file on its way to a batch: checked first, written only when confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ImportState(StrEnum):
    """Where a file is. UNREADABLE carries a sentence; CHECKED waits for a person."""

    CHECKING = "checking"
    CHECKED = "checked"
    UNREADABLE = "unreadable"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Import:
    """One file of one organisation, by its SHA-256: sending it twice finds the first again."""

    id: str
    organisation: str
    filename: str
    sha256: str
    size: int
    state: ImportState
    created_at: int
    ready: int = 0
    faulty: int = 0
    known: int = 0
    problem: str | None = None
    batch_id: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong in one cell, and how to mend it. `row` is as the person's own program counts."""

    row: int
    column: str
    value: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Job:
    """Long work done beside the requests: state is waiting, running, done or failed."""

    id: str
    organisation: str
    kind: str
    subject: str
    state: str
    done: int
    total: int
    created_at: int
    started_at: int | None = None
    beat_at: int | None = None
    problem: str | None = None
