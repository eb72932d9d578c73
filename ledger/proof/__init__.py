"""What one item's proof file holds and what it proves: reading, checking, and the slots behind it (PASSPORT.md).

Pure but for the libraries that hash, decode and check: no clock, no socket, no database, no settings. The
same rules stand a second time in `web/static/verify`, for a browser; shared vectors hold both to one answer.
"""
