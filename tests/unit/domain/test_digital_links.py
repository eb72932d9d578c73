"""GS1 Digital Links as a resolver reads them: canonical paths, other keys, old names, link types."""

from __future__ import annotations

import pytest
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.characters import GS1_82
from ledger.domain.digital_links import (
    OLD_NAMES,
    OTHER_KEYS,
    DigitalLink,
    is_ai,
    query_pairs,
    read_digital_link,
    refuse_old_name,
    refuse_other_key,
)
from ledger.domain.errors import Invalid, Unknown
from ledger.domain.gtins import Gtin
from ledger.domain.link_types import can_be_listed, link_type
from tests.judges.ask import ask

GTIN = Gtin("09520123456788")
OWN = "https://v.example.com/voc/"

values = st.text("".join(sorted(GS1_82)), min_size=1, max_size=20).filter(lambda text: text not in (".", ".."))
links = st.builds(
    DigitalLink, st.just(GTIN), st.none() | values, st.none() | values, st.none() | values, st.none()
) | st.builds(DigitalLink, st.just(GTIN), third_party=values)


@given(links)
def test_a_canonical_path_means_what_it_was_made_from(link: DigitalLink) -> None:
    assert read_digital_link(link.path) == link
    assert read_digital_link(link.path + "/") == link


@given(links)
def test_biip_reads_the_same_from_a_canonical_path(link: DigitalLink) -> None:
    read = GS1DigitalLinkURI.parse("https://v.example.com" + link.path)
    told = {one.ai.ai: one.value for one in read.element_strings}
    meant = {"01": link.gtin, "22": link.variant, "10": link.batch, "21": link.serial, "235": link.third_party}
    assert told == {key: value for key, value in meant.items() if value is not None}


def test_bwip_js_finds_no_fault_in_any_character_of_any_qualifier() -> None:
    made = [
        "https://v.example.com" + one.path
        for character in sorted(GS1_82 - {"."})
        for one in (
            DigitalLink(GTIN, batch=character, serial=character),
            DigitalLink(GTIN, variant=f"a{character}b", serial=f"{character}b"),
            DigitalLink(GTIN, third_party=f"a{character}"),
        )
    ]
    assert [(link, found) for link, found in zip(made, ask("digital_link", made), strict=True) if found] == []


def test_a_gtin_that_is_grouped_names_nothing_in_a_link() -> None:
    with pytest.raises(Invalid, match="digits only"):
        read_digital_link("/01/0952-0123-456788")


def test_a_query_is_parted_at_both_of_its_signs() -> None:
    assert query_pairs("17=261231;3103=000189&linkType=gs1%3Apip&flag&=x") == (
        ("17", "261231"),
        ("3103", "000189"),
        ("linkType", "gs1:pip"),
        ("flag", ""),
    )
    assert query_pairs("") == ()


def test_only_the_value_of_an_ai_has_to_be_text() -> None:
    assert query_pairs("c=100%&d=%FF") == (("c", "100%"), ("d", "\ufffd"))
    with pytest.raises(Invalid, match="is not text"):
        query_pairs("10=%FF")
    with pytest.raises(Invalid, match="two hexadecimal digits"):
        query_pairs("10=100%")


@pytest.mark.parametrize(("name", "is_one"), [("17", True), ("3103", True), ("c", False), ("17a", False), ("", False)])
def test_a_name_of_digits_alone_is_an_ai(name: str, is_one: bool) -> None:
    assert is_ai(name) == is_one


WHOLE = {
    "00": "095212345432130017",
    "253": "9521234543213X",
    "255": "952123454321312",
    "401": "9521234A/B",
    "402": "95212345432130017",
    **dict.fromkeys(("410", "411", "412", "413", "414", "415", "417"), "9521234543213"),
    "8003": "09521234543213A",
    "8004": "9521234A",
    "8006": "095212345432130102",
    "8010": "9521234A-1",
    "8013": "9521234Ab",
    "8017": "952123454321300011",
    "8018": "952123454321300011",
}


@pytest.mark.parametrize("key", OTHER_KEYS)
def test_a_whole_key_of_another_kind_is_not_kept_here_and_one_that_is_cut_is_no_key(key: str) -> None:
    value = WHOLE[key].replace("/", "%2F")
    with pytest.raises(Unknown, match=rf"Only products and their items \(01\).*\({key}\)"):
        refuse_other_key(f"/{key}/{value}")
    for broken in (f"/{key}/", f"/{key}/12", f"/{key}/{value}/1", f"/{key}/{value}%C3%A9"):
        with pytest.raises(Invalid, match="length or its characters"):
            refuse_other_key(broken)


@pytest.mark.parametrize("key", [key for key in OTHER_KEYS if key in ("00", "402", "414", "8017")])
def test_another_keys_wrong_check_digit_is_named_with_the_right_one(key: str) -> None:
    right = WHOLE[key][-1]
    wrong = "0" if right != "0" else "1"
    with pytest.raises(Invalid, match=f"check digit {wrong}, which should be {right}"):
        refuse_other_key(f"/{key}/{WHOLE[key][:-1]}{wrong}")


@pytest.mark.parametrize("name", OLD_NAMES)
def test_a_word_for_a_key_is_no_longer_one(name: str) -> None:
    with pytest.raises(Invalid, match=f"“{name}”"):
        refuse_old_name(f"/{name}/{GTIN}")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("gs1:pip", "https://ref.gs1.org/voc/pip"),
        ("https://gs1.org/voc/pip", "https://ref.gs1.org/voc/pip"),
        ("http://www.gs1.org/voc/pip", "https://ref.gs1.org/voc/pip"),
        ("https://ref.gs1.org/voc/pip", "https://ref.gs1.org/voc/pip"),
        ("touchmark:verify", OWN + "verify"),
        (OWN + "verify", OWN + "verify"),
        ("alternate", "alternate"),
        ("https://elsewhere.example/gs1.org/voc/pip", "https://elsewhere.example/gs1.org/voc/pip"),
    ],
)
def test_a_link_type_has_one_uri_however_it_is_written(asked: str, meant: str) -> None:
    assert link_type(asked, OWN) == meant


@pytest.mark.parametrize(
    ("uri", "can"),
    [
        ("https://ref.gs1.org/voc/pip", True),
        ("alternate", True),
        ("https://v.example.com/voc/verify", True),
        ("http://localhost:8000/voc/verify", False),
        ("https://my-site.example/voc/verify", False),
    ],
)
def test_gs1s_schema_has_no_room_for_ports_and_hyphens(uri: str, can: bool) -> None:
    assert can_be_listed(uri) == can
