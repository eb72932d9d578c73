"""The desk of platforms and rights-holders: its rules, without a clock or a database."""
