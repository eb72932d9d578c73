"""Labels: sheets as PDF, printer language, a table for a printing house, or one item's code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.batch import brand_of_batch
from ledger.cli.writing import growing_file, whole_file
from ledger.domain.errors import Invalid
from ledger.services.read_batch import own_batch

_FEW = 2_000
"""Labels for which starting a second process would cost more than it saves."""


class _Range(click.ParamType[tuple[int, int | None]]):
    name = "range"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int | None]:
        """“5-9”, “5-” or “5”."""
        first, dash, last = str(value).partition("-")
        if not first.isdecimal() or (last and not last.isdecimal()) or int(first) < 1:
            self.fail("is written 1-100, or 101- for the rest.", param, ctx)
        if not dash:
            return int(first), int(first)
        return int(first), int(last) if last else None


@command()
@click.argument("what", nargs=-1, required=True, metavar="BATCH | GTIN SERIAL")
@click.option("--org", help="The brand, by short name; by default whose batch it is.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the labels go.")
@click.option("--format", "form", default="a4-65", show_default=True, help="Size of the labels; a wrong one lists all.")
@click.option("--range", "span", type=_Range(), default="1-", help="Which labels, like 1-100.")
@click.option("--zpl", is_flag=True, help="For Zebra printers.")
@click.option("--dpi", type=click.Choice(["203", "300"]), default="203", show_default=True, help="Of the printer.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for a printing house.")
@pass_cli
def labels(
    cli: Cli,
    what: tuple[str, ...],
    org: str | None,
    out: Path,
    form: str,
    span: tuple[int, int | None],
    zpl: bool,
    dpi: str,
    as_csv: bool,
) -> dict[str, Any]:
    """Labels of a whole BATCH, or the code of one item (GTIN SERIAL) as SVG or PNG.

    Every code is read back before it is written. Printer language that was cut short goes on where it was.
    """
    if len(what) == 2:
        return _one_code(cli, what[0], what[1], out)
    if len(what) != 1:
        raise click.UsageError("Name one batch, or one item as GTIN SERIAL.")
    from ledger.files.zpl import whole_labels
    from ledger.services import make_labels as service

    caller = brand_of_batch(cli, what[0], org)
    with cli.ledger.store.read() as tx:
        batch = own_batch(tx, caller, what[0])
    first, last = span
    count = max(0, min(last or batch.count, batch.count) - first + 1)
    processes = len(os.sched_getaffinity(0)) if count > _FEW else 1
    given: dict[str, Any] = {"first": first, "last": last}
    if zpl and not as_csv:
        name = service.print_job(cli.ledger, caller, batch.id, form, int(dpi), first, last)
        with cli.screen.progress("Writing labels", count) as bar, growing_file(out, name) as file:
            service.write_label_zpl(
                cli.ledger, caller, batch.id, form, int(dpi), file,
                kept=whole_labels(file), processes=processes, on_progress=bar, **given,
            )  # fmt: skip
        return _told(cli, batch.id, out, count)
    with cli.screen.progress("Writing labels", count) as bar, whole_file(out) as target:
        given["on_progress"] = bar
        if as_csv:
            service.write_label_csv(cli.ledger, caller, batch.id, target, **given)
        else:
            service.write_label_sheets(cli.ledger, caller, batch.id, form, target, processes=processes, **given)
    return _told(cli, batch.id, out, count)


def _told(cli: Cli, batch: str, out: Path, count: int) -> dict[str, Any]:
    cli.screen.say(f"Labels in {out}: {count:,}.")
    return {"batch": batch, "file": str(out), "labels": count}


def _one_code(cli: Cli, gtin: str, serial: str, out: Path) -> dict[str, Any]:
    from ledger.services.make_labels import item_code

    kind = out.suffix.lower().removeprefix(".")
    if kind not in ("svg", "png"):
        raise Invalid("One item's code comes as SVG or PNG: let the file's name end in .svg or .png.")
    content = item_code(cli.ledger, gtin, serial, kind)
    with whole_file(out) as target:
        target.write(content)
    cli.screen.say(f"The code of {serial} is in {out}.")
    return {"gtin": gtin, "serial": serial, "file": str(out)}
