"""`python -m ledger.cli`."""

from __future__ import annotations

from ledger.cli import main

main()
