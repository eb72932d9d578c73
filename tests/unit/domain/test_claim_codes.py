"""The secret on the card, and the key that it makes together with the activation half."""

from __future__ import annotations

import os
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import crockford
from ledger.domain.claim_codes import check_code, claim_private_key, make_code
from ledger.domain.errors import Invalid
from tests.judges.ask import ask

HALF = bytes(range(16))
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
CODE = make_code(lambda n: sha256(b"a code").digest()[:n])

secrets = st.binary(min_size=10, max_size=10)
halves = st.binary(min_size=16, max_size=16)
item_ids = st.integers(0, 2**256 - 1)


def test_a_new_code_has_80_random_bits_and_a_check_character() -> None:
    secret = os.urandom(10)
    code = make_code(lambda n: secret[:n])
    assert len(code) == 17
    assert crockford.decode(code[:-1]) == secret
    assert crockford.holds(code)


@pytest.mark.parametrize("change", [str.lower, crockford.grouped, lambda code: " " + "-".join(code) + "\n"])
def test_case_spaces_and_dashes_do_not_matter(change: object) -> None:
    assert callable(change)
    assert check_code(change(CODE)) == CODE


def test_letters_read_for_digits_are_understood() -> None:
    code = crockford.with_check("0110011001100110")
    assert check_code(code.replace("0", "o").replace("1", "l")) == code


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (CODE[:-1], "A claim code has 17 characters, this one has 16; compare it with the card."),
        (CODE + "0", "A claim code has 17 characters, this one has 18; compare it with the card."),
        ("", "A claim code has 17 characters, this one has 0; compare it with the card."),
    ],
)
def test_a_wrong_length_is_said(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_code(text)
    assert refusal.value.detail == sentence


def test_a_foreign_character_is_named() -> None:
    with pytest.raises(Invalid, match=r"never has “U” in it \(character 3"):
        check_code(CODE[:2] + "u" + CODE[3:])


@given(secrets, st.integers(0, 16), st.sampled_from(crockford.ALPHABET))
def test_one_misread_character_is_always_noticed_and_the_code_not_repeated(
    secret: bytes, place: int, other: str
) -> None:
    code = make_code(lambda _: secret)
    wrong = code[:place] + other + code[place + 1 :]
    if wrong == code:
        assert check_code(wrong) == code
        return
    with pytest.raises(Invalid, match="One character of the claim code is misread") as refusal:
        check_code(wrong)
    assert wrong not in refusal.value.detail


@given(secrets, halves, item_ids)
def test_the_key_is_hkdf_sha256_by_another_library(secret: bytes, half: bytes, item_id: int) -> None:
    info = b"touchmark/claim/1" + item_id.to_bytes(32, "big")
    wide = HKDF(algorithm=SHA256(), length=48, salt=half, info=info).derive(secret)
    expected = int.from_bytes(wide, "big") % (ORDER - 1) + 1
    assert claim_private_key(make_code(lambda _: secret), half, item_id) == expected.to_bytes(32, "big")


@given(secrets, halves, item_ids)
def test_the_key_is_a_private_key_of_the_curve(secret: bytes, half: bytes, item_id: int) -> None:
    key = claim_private_key(make_code(lambda _: secret), half, item_id)
    assert len(key) == 32
    assert 1 <= int.from_bytes(key, "big") < ORDER


def test_a_copied_card_without_its_half_or_for_another_item_gives_another_key() -> None:
    key = claim_private_key(CODE, HALF, 1)
    assert key != claim_private_key(CODE, bytes(16), 1)
    assert key != claim_private_key(CODE, HALF, 2)
    assert key == claim_private_key(crockford.grouped(CODE).lower(), HALF, 1)


def test_a_misread_code_gives_no_key_at_all() -> None:
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    with pytest.raises(Invalid, match="misread"):
        claim_private_key(wrong, HALF, 1)


@pytest.mark.parametrize("half", [b"", bytes(15), bytes(17)])
def test_a_half_of_another_length_is_a_programming_error(half: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        claim_private_key(CODE, half, 1)


def test_another_language_derives_the_same_keys() -> None:
    claims = [(make_code(os.urandom), os.urandom(16), int.from_bytes(os.urandom(32), "big")) for _ in range(50)]
    judged = ask(
        "claim_key",
        [{"code": code, "activationHalf": half.hex(), "itemId": f"{item_id:064x}"} for code, half, item_id in claims],
    )
    assert [answer["privateKey"] for answer in judged] == [claim_private_key(*claim).hex() for claim in claims]
