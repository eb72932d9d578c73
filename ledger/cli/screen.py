"""What people see: words and tables on standard output, progress and refusals on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text


class Screen:
    """Prints for people, or stays silent where a program reads; the colours honour NO_COLOR."""

    def __init__(self) -> None:
        self.json = False
        self.quiet = False

    def say(self, text: str = "", style: str | None = None) -> None:
        """A line of the result."""
        if not self.json:
            self._out.print(Text(clean(text), style=style or ""), soft_wrap=True)

    def hint(self, text: str) -> None:
        """A line beside the result: what to do next."""
        if not self.json and not self.quiet:
            self._err.print(Text(clean(text), style="dim"), soft_wrap=True)

    def facts(self, rows: Mapping[str, Any]) -> None:
        """Names and values below each other; what is None is left out."""
        if self.json:
            return
        shown = {clean(name): value for name, value in rows.items() if value is not None}
        width = max((len(name) for name in shown), default=0)
        for name, value in shown.items():
            line = Text(f"{name:<{width}}  ", style="dim")
            self._out.print(line.append(Text(clean(str(value)), style="not dim")), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str = "There are none.") -> None:
        """Rows under headings, or the sentence `empty`."""
        if self.json:
            return
        if not rows:
            self.say(empty)
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(clean("" if cell is None else str(cell))) for cell in row))
        out = self._out
        if not out.is_terminal:
            # What is piped or kept is not to be cut at the width of a terminal that nobody looks at.
            out.width = 200
        out.print(table)

    def document(self, value: Any) -> None:
        """The one JSON document of a run."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=plain) + "\n")
        sys.stdout.flush()

    def complain(self, detail: str, lines: Sequence[str] = ()) -> None:
        """Why nothing was done, on standard error."""
        self._err.print(Text(clean(detail), style="red"), soft_wrap=True)
        for line in lines:
            self._err.print(Text("  " + clean(line)), soft_wrap=True)

    def complain_hint(self, text: str) -> None:
        """What to do about it."""
        self._err.print(Text(clean(text), style="dim"), soft_wrap=True)

    @contextmanager
    def progress(self, what: str, total: int | None) -> Iterator[Bar]:
        """A bar with rate and time left, on standard error; silent where nobody looks."""
        silent = self.json or self.quiet or not self._err.is_terminal
        columns: list[ProgressColumn] = [
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
        ]
        with Progress(*columns, console=self._err, transient=True, disable=silent) as progress:
            yield Bar(progress, progress.add_task(what, total=total))

    @property
    def _out(self) -> Console:
        # Made anew, because a test or a pipe may have changed what standard output is.
        return Console(markup=False, highlight=False, emoji=False)

    @property
    def _err(self) -> Console:
        return Console(stderr=True, markup=False, highlight=False, emoji=False)


class Bar:
    """One bar: told how many are done, and of how many."""

    def __init__(self, progress: Progress, task: Any) -> None:
        self._progress = progress
        self._task = task

    def __call__(self, done: int, total: int | None = None) -> None:
        self._progress.update(self._task, completed=done, total=total)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if not task.speed else f"{task.speed:,.0f}/s", style="dim")


def clean(text: str) -> str:
    """`text` with nothing in it that could steer the terminal: other people's words are shown here."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else f"[U+{ord(one):04X}]" for one in text)


def when(seconds: int | None) -> str | None:
    """A moment for people, in UTC."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def plain(value: Any) -> Any:
    """What JSON cannot carry: bytes as 0x text, moments as ISO 8601, sets as lists."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
