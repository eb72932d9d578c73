"""Labels: sheets as PDF, printer language, a table for a printing house, or one item's code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.batch import brand_of_batch
from ledger.cli.writing import whole_file
from ledger.domain.errors import Conflict, Invalid
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import label_uri
from ledger.services.register_batch import own_batch
from ledger.services.views_of_chain import find_listed


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

    Every code is read back before the file is written.
    """
    if len(what) == 2:
        return _one_code(cli, what[0], what[1], out)
    if len(what) != 1:
        raise click.UsageError("Name one batch, or one item as GTIN SERIAL.")
    from ledger.files.exports import write_for_printing_house
    from ledger.files.labels import label_format
    from ledger.files.sheets_pdf import write_sheets
    from ledger.files.zpl import write_zpl

    caller = brand_of_batch(cli, what[0], org)
    with cli.ledger.store.read() as tx:
        batch = own_batch(tx, caller, what[0])
    if not batch.ready:
        raise Conflict("This batch is still being made ready. Its labels can be made in a moment.")
    first, last = span
    # Each label is named by its place in the batch, so that a range means the same in every kind of file.
    found = _labels(cli, batch.id, first, last)
    chosen = label_format(form)
    count = max(0, min(last or batch.count, batch.count) - first + 1)
    with cli.screen.progress("Writing labels", count) as bar, whole_file(out) as target:
        if as_csv:
            digest = write_for_printing_house(target, found, on_progress=bar)
            written = count
        elif zpl:
            digest, written = None, write_zpl(target, found, chosen, int(dpi), processes=2, on_progress=bar)
        else:
            digest, written = None, write_sheets(target, found, chosen, processes=2, on_progress=bar)
    cli.screen.say(f"{written:,} labels are in {out}.")
    return {"batch": batch.id, "file": str(out), "labels": written, "sha256": digest}


def _labels(cli: Cli, batch: str, first: int, last: int | None) -> Any:
    from ledger.files.labels import Label

    ledger, after = cli.ledger, first - 2
    while True:
        with ledger.store.read() as tx:
            page = tx.batches.items_page(batch, after, 2_000)
        for item in page:
            if last is not None and item.position >= last:
                return
            yield Label(item.gtin, item.serial, label_uri(ledger.public_url, check_gtin(item.gtin), item.serial))
        if not page:
            return
        after = page[-1].position


def _one_code(cli: Cli, gtin: str, serial: str, out: Path) -> dict[str, Any]:
    from ledger.files.qr import checked_symbol, png, svg

    with cli.ledger.store.read() as tx:
        item = find_listed(tx, gtin, serial).item
    uri = label_uri(cli.ledger.public_url, check_gtin(item.gtin), item.serial)
    matrix = checked_symbol(uri)
    kinds = {".svg": lambda: svg(matrix).encode(), ".png": lambda: png(matrix)}
    if out.suffix.lower() not in kinds:
        raise Invalid("One item's code comes as SVG or PNG: let the file's name end in .svg or .png.")
    content = kinds[out.suffix.lower()]()
    with whole_file(out) as target:
        target.write(content)
    cli.screen.say(f"The code of {item.serial} is in {out}.")
    return {"gtin": item.gtin, "serial": item.serial, "uri": uri, "file": str(out)}
