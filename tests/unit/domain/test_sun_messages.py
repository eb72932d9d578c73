"""The published vectors of NXP's application notes, and what a changed message comes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import Invalid
from ledger.domain.lrp import lrp
from ledger.domain.sun_messages import Mode, Opened, Seal, SunMessage, open_message, read_message
from ledger.domain.tag_keys import TagKeys, diversify, tag_keys
from ledger.files.aes import Aes128
from tests.support.tag import SimulatedTag

AES = Aes128()
FACTORY = TagKeys((bytes(16),) * 5)


def opened(mode: Mode = Mode.AES, keys: TagKeys = FACTORY, **given: str) -> Opened | None:
    message = read_message({name: [value] for name, value in given.items()})
    assert message is not None
    return open_message(AES, message, keys, mode)


# --- AES (AN12196) ----------------------------------------------------------------------------------------


def test_encrypted_uid_and_counter_as_in_an12196() -> None:
    found = opened(picc_data="EF963FF7828658A599F3041510671E88", cmac="94EED9EE65337086")
    assert found is not None
    assert (found.uid.hex(), found.counter) == ("04de5f1eacc040", 0x3D)


def test_encrypted_file_data_as_in_an12196() -> None:
    found = opened(
        picc_data="FD91EC264309878BE6345CBE53BADF40",
        enc="CEE9A53E3E463EF1F459635736738962",
        cmac="ECC1E7F6C6C73BF6",
    )
    assert found is not None
    assert (found.uid.hex(), found.counter, found.data) == ("04958caa5c5e80", 8, b"x" * 16)


def test_file_data_of_the_first_reading_as_in_an12196() -> None:
    found = opened(
        picc_data="FDE4AFA99B5C820A2C1BB0F1C792D0EB",
        enc="94592FDE69FA06E8E3B6CA686A22842B",
        cmac="C48B89C17A233B2C",
    )
    assert found is not None
    assert (found.uid.hex(), found.counter, found.data) == ("04958caa5c5e80", 1, b"x" * 16)


def test_keys_that_are_not_the_factorys() -> None:
    keys = TagKeys(
        (
            bytes(16),
            bytes.fromhex("42aff114f2cb3b6141be6dc95dfc5416"),
            bytes.fromhex("b62a9baf092439bd43c62aee96b970c5"),
            bytes(16),
            bytes(16),
        )
    )
    message = read_message({"picc_data": ["8ACADDEF0A9B62CDAE39A16B83FC14DE"], "cmac": ["238B2543A8DEBAD8"]})
    assert message is not None
    # This tag signs another range than ours do, so that only its encrypted half can be held against the vector.
    assert AES.decrypt(keys.meta, message.picc)[:11].hex() == "c7041d3c8a2d6b80230100"


def test_uid_and_counter_in_plain() -> None:
    found = opened(uid="041E3C8A2D6B80", ctr="000006", cmac="4B00064004B0B3D3")
    assert found is not None
    assert (found.uid.hex(), found.counter) == ("041e3c8a2d6b80", 6)


def test_small_letters_are_the_same_digits() -> None:
    found = opened(
        picc_data="fd91ec264309878be6345cbe53badf40",
        enc="cee9a53e3e463ef1f459635736738962",
        cmac="ecc1e7f6c6c73bf6",
    )
    assert found is not None
    assert found.counter == 8


# --- LRP (AN12304, AN12321) -------------------------------------------------------------------------------

EVALUATIONS = [
    ("567826B8DA8E768432A9548DBE4AA3A0", "1359", True, 2, "1BA2C0C578996BC497DD181C6885A9DD"),
    ("B65557CE0E9B4C5886F232200113562B", "BB4FCF27C94076F756AB030D", False, 1, "6FDFA8D2A6AA8476BF94E71F25637F96"),
    ("88B95581002057A93E421EFE4076338B", "77299D", True, 2, "E9C04556A214AC3297B83E4BDF46F142"),
    (
        "C48A8E8B16571645A1557825AA66AC91",
        "1F0B7C0DB12889CA436CABB78BE42F9",
        True,
        3,
        "51296B5E6D3B8DB8A1A7399760A19189",
    ),
    ("59C9C703C66A9FD2948E0A48617285DC", "F28EFF672184665744FD835B106484", True, 0, "F078390B345FC6E22EE9A75B3D8BF490"),
    ("99B1647A76CD170EA07997043E1E7919", "F", True, 1, "BA5F895E8B57F7753EE5C7276E60B37F"),
    ("F36472663A3BA87F3E76399C66C23EC9", "1FF73338D23ED6AE968", True, 1, "36DA0902796F4682034DB07D0FF58E28"),
    ("906249E5AF810339F199A25AEC0281E8", "56DA443282912622BB92338F8CA", True, 2, "317600A76B5A7984A681D1D8855F86FC"),
]
MACS = [
    ("63A0169B4D9FE42C72B2784C806EAC21", "", "0E07C601970814A4176FDA633C6FC3DE"),
    ("8195088CE6C393708EBBE6C7914ECB0B", "BBD5B85772C7", "AD8595E0B49C5C0DB18E77355F5AAFF6"),
    ("E2F84A0B0AF40EFEB3EEA215A436605C", "8BF1DDA9FE445560A4F4EB9CE0", "D04382DF71BC293FEC4BB10BDB13805F"),
    ("5AA9F6C6DE5138113DF5D6B6C77D5D52", "A4434D740C2CB665FE5396959189383F", "8B43ADF767E46B692E8F24E837CB5EFC"),
    (
        "11ED02022570CB10502BC1DACF64B21F",
        "E825603F896A85CAB45E6730D89DD4CE78010599",
        "4A1577C366D53080D0DFD1CC47EE3CC7",
    ),
    (
        "8F4EC0BE7A3F5B6A2AAA92814F454F70",
        "6CB1DB9648E809AC7B0988B160B20BED144A648DB75E854E50A2CA0F8D5F13FE70FF229CE427315651BD",
        "CFF39D67CB2B1987DDE2841E4C7F6225",
    ),
]


@pytest.mark.parametrize(("key", "walk", "final", "updated", "expected"), EVALUATIONS)
def test_lrp_walks_its_tree_as_in_an12304(key: str, walk: str, final: bool, updated: int, expected: str) -> None:
    found = lrp(AES, bytes.fromhex(key), updated).evaluate([int(one, 16) for one in walk], final=final)
    assert found.hex().upper() == expected


@pytest.mark.parametrize(("key", "message", "expected"), MACS)
def test_lrp_signs_as_in_an12304(key: str, message: str, expected: str) -> None:
    assert lrp(AES, bytes.fromhex(key)).cmac(bytes.fromhex(message)).hex().upper() == expected


def test_lrp_encrypts_and_decrypts_as_in_an12304() -> None:
    made = lrp(AES, bytes.fromhex("E0C4935FF0C254CD2CEF8FDDC32460CF"))
    plain = bytes.fromhex("012D7F1653CAF6503C6AB0C1010E8CB0") + b"\x80".ljust(16, b"\x00")
    closed = bytes.fromhex("FCBBACAA4F29182464F99DE41085266F480E863E487BAAF687B43ED1ECE0D623")
    assert made.encrypt(b"\xc3\x31\x5d\xbf", plain) == closed
    assert made.decrypt(b"\xc3\x31\x5d\xbf", closed) == plain


def test_uid_and_counter_in_lrp_mode() -> None:
    found = opened(Mode.LRP, picc_data="1FCBE61B3E4CAD980CBFDD333E7A4AC4A579569BAFD22C5F", cmac="4231608BA7B02BA9")
    assert found is not None
    assert (found.uid.hex(), found.counter) == ("04940e2a2f7080", 3)


def test_file_data_in_lrp_mode() -> None:
    found = opened(
        Mode.LRP,
        picc_data="07D9CA2545881D4BFDD920BE1603268C0714420DD893A497",
        enc="D6E921C47DB4C17C56F979F81559BB83",
        cmac="F9481AC7D855BDB6",
    )
    assert found is not None
    assert (found.uid.hex(), found.counter, found.data) == ("049b112a2f7080", 4, b"NTXXb7dz3PsYYBlU")


# --- Keys (AN10922) ---------------------------------------------------------------------------------------


def test_diversified_keys_as_in_an10922() -> None:
    master = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
    data = bytes.fromhex("04782E21801D803042F54E585020416275")
    assert diversify(AES, master, data).hex().upper() == "A8DD63A3B89D54B37CA802473FDA9175"


def test_every_key_of_every_tag_of_every_item_differs() -> None:
    made = [tag_keys(AES, bytes(range(16)), item, n).all for item in (1 << 255, 3 << 240) for n in (1, 2)]
    keys = [key for all in made for key in all]
    assert len(set(keys)) == len(keys) == 20


def test_full_diversification_data_is_not_filled_up() -> None:
    # Two whole blocks: the same as the plain CMAC over 01h and the data (AN10922, 2.2, step 5).
    assert diversify(AES, bytes(range(16)), b"x" * 31) == AES.cmac(bytes(range(16)), b"\x01" + b"x" * 31)


@pytest.mark.parametrize("data", [b"", b"x" * 32])
def test_diversification_data_of_a_wrong_length_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="1 to 31 bytes"):
        diversify(AES, bytes(16), data)


def test_keys_are_never_printed() -> None:
    made = tag_keys(AES, bytes(16), 7, 1)
    assert made.file.hex() not in repr(made)
    assert repr(made.file) not in repr(made)


# --- What somebody may send -------------------------------------------------------------------------------


def test_an_address_without_the_tags_parameters_is_no_tap() -> None:
    assert read_message({"lang": ["fr"], "looks": ["different"]}) is None


@pytest.mark.parametrize(
    "given",
    [
        {"picc_data": ["EF963FF7828658A599F3041510671E88"]},
        {"cmac": ["94EED9EE65337086"]},
        {"picc_data": ["EF96"], "cmac": ["94EED9EE65337086"]},
        {"picc_data": ["EF963FF7828658A599F3041510671E88"], "cmac": ["94EED9EE6533708"]},
        {"picc_data": ["EF963FF7828658A599F3041510671E8G"], "cmac": ["94EED9EE65337086"]},
        {"picc_data": ["EF963FF7828658A599F3041510671E88"] * 2, "cmac": ["94EED9EE65337086"]},
        {"picc_data": ["EF963FF7828658A599F3041510671E88"], "uid": ["04DE5F1EACC040"], "cmac": ["94EED9EE65337086"]},
        {"picc_data": ["EF963FF7828658A599F3041510671E88"], "enc": ["CEE9"], "cmac": ["94EED9EE65337086"]},
        {"picc_data": ["EF963FF7828658A599F3041510671E88"], "enc": ["00" * 80], "cmac": ["94EED9EE65337086"]},
        {"uid": ["04DE5F1EACC040"], "cmac": ["94EED9EE65337086"]},
        {"uid": ["04DE5F1EACC0"], "ctr": ["000001"], "cmac": ["94EED9EE65337086"]},
        {"uid": ["０4DE5F1EACC040"], "ctr": ["000001"], "cmac": ["94EED9EE65337086"]},
    ],
)
def test_a_damaged_address_is_refused_in_a_sentence(given: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid, match=r"Hold the phone to the tag again\.$"):
        read_message(given)


def test_a_tag_in_one_mode_is_not_believed_in_the_other() -> None:
    given = {"picc_data": "EF963FF7828658A599F3041510671E88", "cmac": "94EED9EE65337086"}
    assert opened(Mode.LRP, **given) is None


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("mode", list(Mode))
def test_a_tag_made_from_its_keys_is_understood(mode: Mode, plain: bool) -> None:
    keys = tag_keys(AES, b"m" * 16, 99, 1)
    tag = SimulatedTag(keys.meta, keys.file, bytes.fromhex("04A1B2C3D4E5F6"), lrp=mode is Mode.LRP, plain=plain)
    for n in (1, 2, 3):
        found = opened(mode, keys, **tag.tap())
        assert found == Opened(tag.uid, n, Seal.UNKNOWN, Seal.UNKNOWN, b"")


@pytest.mark.parametrize("mode", list(Mode))
def test_an_opened_seal_is_told(mode: Mode) -> None:
    keys = tag_keys(AES, b"m" * 16, 99, 1)
    tag = SimulatedTag(keys.meta, keys.file, bytes.fromhex("04A1B2C3D4E5F6"), lrp=mode is Mode.LRP, seal="CC")
    closed = opened(mode, keys, **tag.tap())
    tag.seal = "OC"
    broken = opened(mode, keys, **tag.tap())
    assert closed is not None
    assert broken is not None
    assert (closed.ever, closed.now, closed.opened) == (Seal.CLOSED, Seal.CLOSED, False)
    assert (broken.ever, broken.now, broken.opened) == (Seal.OPENED, Seal.CLOSED, True)


@given(
    mode=st.sampled_from(list(Mode)),
    plain=st.booleans(),
    sealed=st.booleans(),
    counter=st.integers(0, 0xFFFFFE),
    bit=st.integers(0, 10_000),
)
def test_a_message_with_any_bit_flipped_is_not_verified(
    mode: Mode, plain: bool, sealed: bool, counter: int, bit: int
) -> None:
    keys = tag_keys(AES, b"m" * 16, 99, 1)
    uid = bytes.fromhex("04A1B2C3D4E5F6")
    tag = SimulatedTag(
        keys.meta, keys.file, uid, lrp=mode is Mode.LRP, plain=plain, seal="CC" if sealed else None, counter=counter
    )
    sent = tag.tap()
    assert opened(mode, keys, **sent) is not None
    names = [name for name in sent for _ in range(4 * len(sent[name]))]
    place = bit % len(names)
    name, nth = names[place], place - names.index(names[place])
    digits = list(sent[name])
    digits[nth // 4] = f"{int(digits[nth // 4], 16) ^ (1 << nth % 4):X}"
    assert opened(mode, keys, **{**sent, name: "".join(digits)}) is None


@given(st.dictionaries(st.sampled_from(["picc_data", "uid", "ctr", "enc", "cmac"]), st.lists(st.text(max_size=70))))
def test_whatever_is_sent_is_a_message_or_a_sentence(given: dict[str, list[str]]) -> None:
    found: object
    try:
        found = read_message(given)
    except Invalid as refused:
        found = refused.detail
    assert found is None or isinstance(found, SunMessage) or str(found).endswith("again.")
