"""gzip out of runs: any reader gives the texts behind each other, wherever they were compressed."""

from __future__ import annotations

import gzip
import io
import zlib

from hypothesis import given
from hypothesis import strategies as st

from ledger.files.packed import GzipRuns, combined, deflated


@given(st.lists(st.binary(max_size=400), max_size=6))
def test_runs_behind_each_other_are_one_gzip_file(texts: list[bytes]) -> None:
    out = io.BytesIO()
    runs = GzipRuns(out)
    for text in texts:
        runs.add(deflated(text))
    runs.close()
    assert gzip.decompress(out.getvalue()) == b"".join(texts)
    # One member, as a browser's DecompressionStream demands.
    one = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert one.decompress(out.getvalue()) == b"".join(texts)
    assert one.eof
    assert not one.unused_data


def test_runs_kept_elsewhere_count_as_if_they_had_been_added() -> None:
    texts, body, crc, size = [b"second " * 99, b"third" * 7], io.BytesIO(), 0, 0
    for text in texts:
        data, its, length = deflated(text)
        body.write(data)
        crc, size = combined(crc, its, length), size + length
    body.seek(0)
    out = io.BytesIO()
    runs = GzipRuns(out)
    runs.add(deflated(b"first\n"))
    runs.add_from(body, crc, size)
    runs.close()
    assert gzip.decompress(out.getvalue()) == b"first\n" + b"".join(texts)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_two_checksums_are_combined_to_that_of_both_texts(first: bytes, second: bytes) -> None:
    assert combined(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)
