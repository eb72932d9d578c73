"""Takes back what one library does to the whole process when it is imported.

py-ecc, which eth-account and web3 bring, raises Python's recursion limit to 100,000. Deeply nested
JSON then no longer ends in RecursionError: it overruns the C stack and kills the process. One
request, or one answer of a lying node, would be enough. Importing this module puts the limit back
for good: py-ecc raises it only the first time it is imported, which is here at the latest.
"""

from __future__ import annotations

import sys
from typing import Final

import py_ecc  # noqa: F401 - it raises the interpreter's limit when it is imported, which is undone below

LIMIT: Final = 1000
"""Python's own default."""

sys.setrecursionlimit(LIMIT)
