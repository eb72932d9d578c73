"""What speaks to a node: calls, events, signatures, saves."""

import os

# eth-account hashes what it signs; left to choose, eth-hash takes a backend 4.5 times slower.
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")
