"""The desk of platforms and rights-holders: one use case a file."""
