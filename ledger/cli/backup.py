"""A backup of everything that only we hold, taken while all runs; and the way back from one."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.domain.errors import Conflict, Invalid, Unavailable

if TYPE_CHECKING:
    from ledger.keeping.backups import Backup, BackupWriter
    from ledger.settings import Settings

_SAVE_TRIES: Final = 5


@command()
@click.argument("target", metavar="FILE.tar", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-passphrase", is_flag=True, help="Leave secrets/passphrase out; keep it somewhere else.")
@pass_cli
def backup(cli: Cli, target: Path, without_passphrase: bool) -> dict[str, Any]:
    """Write the database, files, secrets and the local chain into one file, while everything runs.

    There whole or not at all, and readable by its user alone. Whoever has it, with the passphrase, has the keys.
    """
    from ledger.keeping.backups import DATABASE, writing_backup
    from ledger.services.views_of_chain import final_height
    from ledger.storage.dump import dump, kind
    from ledger.storage.migrate import newest

    ledger, data, url = cli.ledger, cli.settings.data, cli.settings.store_url
    with (
        writing_backup(target) as taking,
        tempfile.TemporaryDirectory(prefix=".backup-", dir=target.resolve().parent) as beside,
        cli.screen.progress("Backing up", None) as bar,
    ):
        # The order is what makes it whole: ledger/keeping/backups.py.
        taking.add_tree(data, "files")
        bar(len(taking.sums))
        with ledger.store.read() as tx:
            deployed, final = tx.meta.get("deployment"), final_height(tx)
        dump(url, Path(beside) / DATABASE)
        taking.add(DATABASE, Path(beside) / DATABASE)
        taking.add_tree(data, "files")
        for path in sorted((data / "secrets").iterdir()):
            if not path.name.startswith(".") and not (without_passphrase and path.name == "passphrase"):
                taking.add(f"secrets/{path.name}", path)
        local = deployed is not None and deployed["local"]
        about: dict[str, Any] = {
            "made_at": ledger.now(),
            "database": kind(url),
            "revision": newest(),
            "chain_id": deployed and deployed["chain_id"],
            "contract": deployed and deployed["contract"],
            "local": local,
            "final": final,
            "save": _take_save(taking, data) if local else None,
            "passphrase": "secrets/passphrase" in taking.sums,
        }
        taking.close(about)
        files, size = len(taking.sums), sum(one for one, _ in taking.sums.values())
    cli.screen.say(f"{target}: {files:,} files, {size:,} bytes, as of final block {final}.")
    if about["passphrase"]:
        cli.screen.hint("The passphrase is in it. Keep it where nobody else reads, or encrypt it.")
    else:
        cli.screen.hint("The passphrase is not in it. Without TOUCHMARK_PASSPHRASE it opens for nobody.")
    return {"target": str(target), "files": files, "bytes": size, **about}


@command()
@click.argument("source", metavar="FILE.tar", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_cli
def restore(cli: Cli, source: Path) -> dict[str, Any]:
    """Make the ledger of a backup: into --data, a folder that is not there yet, and an empty database.

    Every byte is checked first. Cut short, no folder is left; a PostgreSQL database that was filled by then has to be
    emptied. Never let the old installation run beside it: both would sign with the same keys.
    """
    from ledger.keeping.backups import unpack

    settings = cli.settings
    if settings.data.exists() and any(settings.data.iterdir()):
        raise Conflict(f"{settings.data} is not empty. Name a new folder with --data; nothing was changed.")
    settings.data.parent.mkdir(parents=True, exist_ok=True)
    beside = settings.data.with_name(f".{settings.data.name}.{secrets.token_hex(4)}")
    try:
        with cli.screen.progress("Unpacking", source.stat().st_size) as bar:
            found = unpack(source, beside, bar)
        _fill(settings.model_copy(update={"data": beside}), found)
        if settings.data.exists():
            settings.data.rmdir()
        beside.rename(settings.data)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    cli.screen.say(f"{settings.data}: {len(found.sums):,} files, as of final block {found.about['final']}.")
    cli.screen.hint("Look at it with `touchmark doctor` and `touchmark audit`. OPERATIONS.md tells what may be lost.")
    return {"data": str(settings.data), "files": len(found.sums), "bytes": found.size, **found.about}


def _take_save(taking: BackupWriter, data: Path) -> int:
    """The newest whole save of the local chain; the block it ends with. It may be replaced while it is read."""
    from ledger.bootstrap import LOCAL_SAVES
    from ledger.chain.saves import newest_whole, state_file

    folder = data.joinpath(*LOCAL_SAVES)
    for _ in range(_SAVE_TRIES):
        saved = newest_whole(folder)
        if saved is None:
            raise Unavailable("The local chain was never saved. Start `touchmark serve`, then try again.")
        state = state_file(folder, saved.generation)
        both = (state, state.with_name(state.name.replace(".json", ".meta.json")))
        names = [path.relative_to(data).as_posix() for path in both]
        taken = [taking.add(name, path) for name, path in zip(names, both, strict=True)]
        if all(taken):
            taking.add("node/chain.json", data / "node" / "chain.json")
            return saved.block_number
    raise Unavailable("The local chain is saved faster than it can be copied. Try again when less is going on.")


def _fill(settings: Settings, found: Backup) -> None:
    """Open the vault, then fill the database: the last thing that can fail comes last."""
    from ledger.bootstrap import build, migrate
    from ledger.keeping.backups import DATABASE
    from ledger.keeping.vault import open_vault
    from ledger.services.restored import note_restored
    from ledger.storage.dump import kind, load
    from ledger.storage.migrate import expect_known, newest

    wanted = found.about["database"]
    if kind(settings.store_url) != wanted:
        raise Invalid(f"The backup is of a {wanted} database, and TOUCHMARK_DATABASE_URL names another kind.")
    expect_known(str(found.about["revision"]))
    passphrase = settings.passphrase.get_secret_value() if settings.passphrase else None
    if passphrase is None and not found.about["passphrase"]:
        raise Invalid("The backup holds no passphrase. Set TOUCHMARK_PASSPHRASE to that of the old installation.")
    open_vault(settings.data, passphrase)
    load(settings.store_url, settings.data / DATABASE)
    (settings.data / DATABASE).unlink()
    if found.about["revision"] != newest():
        migrate(settings)
    ledger = build(settings)
    try:
        note_restored(ledger)
    finally:
        ledger.store.close()
