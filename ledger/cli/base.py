"""What every command shares: its options, what it may touch, its exit codes, and one JSON document a run.

A command prints for people with `cli.screen` and returns its result as a value JSON can carry; with `--json`
the screen stays silent and that value is the whole output, of a refusal too.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.exceptions import Exit, NoArgsIsHelpError

from ledger.cli.screen import Screen
from ledger.domain.errors import Conflict, LedgerError, TooMany, Unavailable

if TYPE_CHECKING:
    from ledger.bootstrap import ChainSide
    from ledger.domain.organisations import Caller
    from ledger.services.ports import Ledger
    from ledger.settings import Settings

REFUSED: Final = 1
USAGE: Final = 2
CANNOT_TELL: Final = 3
INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells have it."""

_CANNOT: Final = frozenset({"state-lost", "node-refused"})
_F = TypeVar("_F", bound=Callable[..., Any])


class Cli:
    """One run: its options, its screen, and the ledger once somebody asks for it."""

    def __init__(self) -> None:
        self.data: str | None = None
        self.screen = Screen()
        self._settings: Settings | None = None
        self._ledger: Ledger | None = None

    @property
    def settings(self) -> Settings:
        """From the environment and `--data`. Raises Invalid naming the variable that is wrong."""
        if self._settings is None:
            from ledger.settings import read_settings

            self._settings = read_settings(data=self.data)
        return self._settings

    @property
    def ledger(self) -> Ledger:
        """The ledger of the data folder. Raises Unavailable where there is none, or it is of another form."""
        if self._ledger is None:
            from ledger.bootstrap import build
            from ledger.cli.presence import expect_ledger

            expect_ledger(self.settings)
            self._ledger = build(self.settings)
        return self._ledger

    def close(self) -> None:
        """Let the database's connections go."""
        if self._ledger is not None:
            self._ledger.store.close()

    def confirm(self, question: str, otherwise: str) -> None:
        """Ask. Raises Conflict, saying `otherwise`, for a no, and a usage error where nobody can be asked.

        A command that asks has an option --yes, and does not come here with it.
        """
        if self.screen.json:
            raise click.UsageError("With --json nobody can be asked: add --yes.")
        try:
            agreed = click.confirm(question, err=True)
        except click.Abort:
            if sys.stdin.isatty():
                raise
            raise click.UsageError("Nobody can be asked here: add --yes.") from None
        if not agreed:
            raise Conflict(otherwise)

    @contextmanager
    def connected(self) -> Iterator[ChainSide]:
        """The node. Raises Unavailable where none is known or none answers."""
        from ledger.bootstrap import connect

        with closing(connect(self.ledger, self.settings)) as side:
            side.node.check()
            yield side

    def acting_for(self, organisation: str) -> Caller:
        """The operator, acting for an organisation. Raises Unknown."""
        from ledger.services.organisations import operator_as

        return operator_as(self.ledger, organisation)


def _set_json(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Cli).screen.json = True


def _set_quiet(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Cli).screen.quiet = True


def _set_data(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(Cli).data = value


def _shared(*, hidden: bool) -> list[click.Parameter]:
    """The options that may stand anywhere in the line: shown in the help of `touchmark` alone."""
    return [
        click.Option(
            ["--data"], metavar="DIR", expose_value=False, callback=_set_data, hidden=hidden,
            help="The ledger's folder; by default TOUCHMARK_DATA, or ./data.",
        ),
        click.Option(
            ["--json"], is_flag=True, expose_value=False, callback=_set_json, hidden=hidden,
            help="Print one JSON document, for programs.",
        ),
        click.Option(
            ["--quiet", "-q"], is_flag=True, expose_value=False, callback=_set_quiet, hidden=hidden,
            help="Print results only: no progress, no hints.",
        ),
    ]  # fmt: skip


class Command(click.Command):
    """A command whose returned value is its JSON document."""

    usage_exit = USAGE
    """The exit code where its line is not understood."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params = [*self.params, *_shared(hidden=True)]

    def invoke(self, ctx: click.Context) -> Any:
        outcome = super().invoke(ctx)
        cli = ctx.find_object(Cli)
        if cli is not None and cli.screen.json and outcome is not None:
            cli.screen.document(outcome)
        return outcome


class Group(click.Group):
    """Commands under one name; the outermost one turns what went wrong into a sentence and an exit code."""

    command_class = Command

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params = [*self.params, *_shared(hidden=self.name != "touchmark")]

    def invoke(self, ctx: click.Context) -> Any:
        cli = ctx.ensure_object(Cli)
        if ctx.parent is None:
            ctx.call_on_close(cli.close)
        return super().invoke(ctx)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run, and end the process with the run's exit code, whatever `standalone_mode` says."""
        given = list(sys.argv[1:] if args is None else args)
        del standalone_mode
        as_json = "--json" in given
        try:
            outcome = super().main(given, prog_name, complete_var, standalone_mode=False, **extra)
        except NoArgsIsHelpError as help_asked:
            click.echo(help_asked.format_message(), err=True)
            sys.exit(USAGE)
        except click.UsageError as wrong:
            _refuse(as_json, "usage", "The command line was not understood", wrong.format_message(), ctx=wrong.ctx)
            sys.exit(wrong.ctx.command.usage_exit if wrong.ctx and isinstance(wrong.ctx.command, Command) else USAGE)
        except click.ClickException as wrong:
            _refuse(as_json, "usage", "That could not be done", wrong.format_message())
            sys.exit(USAGE)
        except Exit as ended:
            sys.exit(ended.exit_code)
        except (click.Abort, KeyboardInterrupt):
            _refuse(as_json, "interrupted", "Interrupted", "Stopped before the end, at your wish.")
            sys.exit(INTERRUPTED)
        except LedgerError as refusal:
            _explain(as_json, refusal)
            sys.exit(exit_code(refusal))
        # With --help or --version click hands back the exit code instead of the command's value.
        sys.exit(outcome if isinstance(outcome, int) and not isinstance(outcome, bool) else 0)


def exit_code(refusal: LedgerError) -> int:
    """1 for a refusal, 3 where nothing is known or something does not answer."""
    return CANNOT_TELL if isinstance(refusal, Unavailable) or refusal.code in _CANNOT else REFUSED


def command(*args: Any, **options: Any) -> Callable[[_F], Command]:
    """`click.command` for a command of ours."""
    return click.command(*args, cls=Command, **options)


def group(*args: Any, **options: Any) -> Callable[[_F], Group]:
    """`click.group` for a group of ours."""
    return click.group(*args, cls=Group, **options)


def pass_cli(function: _F) -> Callable[..., Any]:
    """Hands the run's `Cli` to a command as its first argument."""

    @click.pass_context
    def with_cli(ctx: click.Context, *args: Any, **options: Any) -> Any:
        return ctx.invoke(function, ctx.ensure_object(Cli), *args, **options)

    return functools.update_wrapper(with_cli, function)


def _explain(as_json: bool, refusal: LedgerError) -> None:
    faults = [{"where": one.where, "what": one.what, "mend": one.mend} for one in refusal.faults]
    more: dict[str, Any] = {"faults": faults} if faults else {}
    if isinstance(refusal, TooMany):
        more["retry_after"] = refusal.retry_after
    lines = [str(one) for one in refusal.faults[:50]]
    if len(refusal.faults) > 50:
        lines.append(f"… and {len(refusal.faults) - 50:,} more; --json lists them all.")
    _refuse(as_json, refusal.code, refusal.title, refusal.detail, lines=lines if len(lines) > 1 else [], **more)


def _refuse(
    as_json: bool,
    code: str,
    title: str,
    detail: str,
    *,
    ctx: click.Context | None = None,
    lines: Sequence[str] = (),
    **more: Any,
) -> None:
    if as_json:
        document = {"error": {"code": code, "title": title, "detail": detail, **more}}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    screen = Screen()
    screen.complain(detail, lines)
    if ctx is not None:
        screen.complain_hint(f"`{ctx.command_path} --help` shows how it is used.")
