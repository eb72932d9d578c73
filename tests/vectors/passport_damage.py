"""Every way to damage a passport that has a name, each with the step that must find it, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.domain.custody import NOBODY
from ledger.proof.report import Step
from ledger.proof.trust import TrustedLedger
from tests.vectors import passport_damage_state
from tests.vectors.passport_workshop import HOLDS, ZERO, Damage, Workshop, byte, flipped, put, upper_half

_Json = dict[str, Any]
_FORMAT = b'"format":"touchmark-passport/1",'


def damaged(good: Mapping[str, bytes], ledger: TrustedLedger) -> list[Damage]:
    """All of them."""
    shop = Workshop(good, ledger)
    for part in (_file, _identity, _record, _listing, _registration, _story, _signatures):
        part(shop)
    passport_damage_state.damage(shop)
    return shop.made


def _file(shop: Workshop) -> None:
    at, base = Step.FILE, "claimed"

    def nested(_: _Json) -> _Json:
        value: Any = 1
        for _level in range(20):
            value = [value]
        return {"format": "x", "a": value}

    for name, change in (
        ("a_space_between", lambda raw: raw.replace(b":", b": ", 1)),
        ("a_line_at_the_end", lambda raw: raw + b"\n"),
        ("a_name_twice", lambda raw: raw.replace(b'{"batch"', b'{"batch":null,"batch"', 1)),
        ("the_same_name_twice_in_escapes", lambda raw: raw.replace(b'{"batch"', b'{"\\u0062atch":null,"batch"', 1)),
        ("members_in_another_order", lambda raw: b"{" + _FORMAT + raw.replace(_FORMAT, b"", 1)[1:]),
        ("a_letter_written_as_an_escape", lambda raw: raw.replace(b'"touchmark', b'"\\u0074ouchmark', 1)),
        ("capital_digits", lambda raw: raw.replace(b'"contract":"0x', b'"contract":"0X', 1)),
        ("not_utf8", lambda raw: raw.replace(b'"format"', b'"form\xffat"', 1)),
        ("a_byte_order_mark", lambda raw: b"\xef\xbb\xbf" + raw),
        ("cut_short", lambda raw: raw[:-100]),
        ("empty", lambda raw: b""),
        ("another_value_behind_it", lambda raw: raw + b"{}"),
        ("a_fraction", lambda raw: raw.replace(b'"running":1', b'"running":1.0', 1)),
        ("an_exponent", lambda raw: raw.replace(b'"running":1', b'"running":1e0', 1)),
        ("a_zero_before_a_number", lambda raw: raw.replace(b'"running":1', b'"running":01', 1)),
        ("less_than_nothing", lambda raw: raw.replace(b'"running":1', b'"running":-0', 1)),
        (
            "a_number_beyond_2_to_the_53",
            lambda raw: raw.replace(b'"running":1', b'"running":9007199254740993', 1),
        ),
        ("not_a_number", lambda raw: raw.replace(b'"running":1', b'"running":NaN', 1)),
        ("half_a_character", lambda raw: raw.replace(b'"black"', b'"\\ud800"', 1)),
        ("a_control_character", lambda raw: raw.replace(b'"black"', b'"bl\x01ck"', 1)),
        ("deep_lists", lambda raw: b"[" * 3000 + b"]" * 3000),
        ("something_else", lambda raw: b'{"hello":"world"}'),
    ):
        shop.bytes(name, base, at, change)
    shop.changed("too_deep", base, at, nested)
    for name, path, to in (
        ("a_member_more", ("more",), 1),
        ("a_member_called_proto", ("__proto__",), {}),
        ("a_number_as_text", ("ledger", "chainId"), str),
        ("text_as_a_number", ("item", "gtin"), int),
        ("yes_for_a_number", ("batch", "running"), True),
        ("another_format", ("format",), "touchmark-passport/2"),
        ("a_long_serial", ("item", "serial"), "A" * 21),
        ("a_foreign_character_in_the_serial", ("item", "serial"), "A B"),
        ("half_a_byte", ("batch", "signature"), lambda text: text + "0"),
        ("a_short_signature", ("batch", "signature"), "0x00"),
        ("a_capital_in_a_hash", ("batch", "root"), lambda text: text.replace("0x", "0xA")[:66]),
        ("no_fields", ("record", "fields"), []),
        ("a_field_both_shown_and_withheld", ("record", "fields", 0, "withheld"), ZERO),
        ("a_nested_value", ("record", "fields", 0, "value"), {"a": ["b"]}),
        ("no_nodes", ("state", "nodes"), []),
        ("an_unknown_kind", ("statements", 0, "kind"), "Offer"),
        ("null_where_nothing_belongs", ("statements", 0, "offer"), None),
        ("a_time_beyond_all_time", ("batch", "time"), 2**40),
        ("brand_zero", ("item", "brand"), 0),
    ):
        shop.changed(name, base, at, put(*path, to=to))
    shop.changed("a_member_missing", base, at, lambda told: told.pop("head") and None)


def _identity(shop: Workshop) -> None:
    at = Step.IDENTITY
    shop.changed(
        "a_wrong_check_digit",
        "untouched",
        at,
        put("item", "gtin", to=_other_digit),
    )
    shop.changed("another_number", "untouched", at, put("item", "id", to=flipped))
    shop.changed("another_serial", "untouched", at, put("item", "serial", to="ANOTHER"))
    shop.changed("another_brand", "untouched", at, put("item", "brand", to=2))


def _other_digit(gtin: str) -> str:
    return gtin[:-1] + str((int(gtin[-1]) + 1) % 10)


def _record(shop: Workshop) -> None:
    at, first = Step.RECORD, ("record", "fields", 0)
    shop.changed("another_value", "untouched", at, put(*first, "value", to="white"))
    shop.changed("a_value_of_another_type", "untouched", at, put(*first, "value", to=["black"]))
    shop.changed("another_name", "untouched", at, put(*first, "name", to="colours"))
    shop.changed("another_salt", "untouched", at, put(*first, "salt", to=flipped))
    shop.changed("another_withheld_leaf", "one_field_shown", at, put("record", "fields", 1, "withheld", to=flipped))
    shop.changed("another_record", "untouched", at, put("record", "hash", to=flipped))
    shop.changed("fields_in_another_order", "untouched", at, put("record", "fields", to=lambda fields: fields[::-1]))
    shop.changed("a_field_told_twice", "untouched", at, _twice)
    shop.changed("a_field_left_out", "untouched", at, put("record", "fields", to=lambda fields: fields[:-1]))


def _listing(shop: Workshop) -> None:
    at, other = Step.LISTING, shop.told("claimed")
    shop.changed("the_proof_of_another_item", "untouched", at, put("listing", to=other["listing"]))
    shop.changed("the_record_of_another_item", "untouched", at, put("record", to=other["record"]))
    shop.changed("another_claim_address", "untouched", at, put("listing", "claimAddress", to=flipped))
    shop.changed("another_sibling", "untouched", at, put("listing", "proof", 1, to=flipped))
    shop.changed("a_proof_cut_short", "untouched", at, put("listing", "proof", to=lambda proof: proof[:-1]))
    shop.changed("another_root", "untouched", at, put("batch", "root", to=flipped))


def _registration(shop: Workshop) -> None:
    at, signature = Step.REGISTRATION, ("batch", "signature")
    shop.changed("another_count", "untouched", at, put("batch", "count", to=13))
    shop.changed("another_manifest", "untouched", at, put("batch", "manifestHash", to=flipped))
    shop.changed("another_signer", "untouched", at, put("batch", "signer", to=flipped))
    shop.changed("another_chain", "untouched", at, put("ledger", "chainId", to=1))
    shop.changed("an_upper_half", "untouched", at, put(*signature, to=upper_half))
    shop.changed("an_unknown_last_byte", "untouched", at, put(*signature, to=lambda text: text[:-2] + "00"))
    shop.changed("a_signature_of_zeros", "untouched", at, put(*signature, to="0x" + "00" * 64 + "1b"))
    shop.changed("a_form_nobody_knows", "untouched", at, put(*signature, to="0x09" + "00" * 120))
    shop.changed("a_contract_wallets_word", "untouched", at, put(*signature, to="0x01" + "5a" * 20 + "00" * 65))
    shop.changed("another_batch", "untouched", at, put("batch", "running", to=2))
    shop.changed("no_signature_of_the_registration", "untouched", Step.LIVE, put(*signature, to=None), outcome=HOLDS)


def _story(shop: Workshop) -> None:
    at, base = Step.STATEMENTS, "handed_over"
    said = ("statements", 1)
    shop.changed("a_statement_dropped", base, at, lambda told: told["statements"].pop(1) and None)
    shop.changed("the_last_statement_dropped", "stolen", at, lambda told: told["statements"].pop() and None)
    shop.changed("statements_in_another_order", base, at, lambda told: told["statements"].reverse())
    shop.changed("a_statement_twice", base, at, lambda told: told["statements"].append(told["statements"][-1]))
    shop.changed("another_time", base, at, put(*said, "time", to=lambda time: time + 1))
    shop.changed("another_head", base, at, put("head", to=flipped))
    shop.changed("no_head", base, at, put("head", to=None))
    shop.changed("a_head_of_nothing", "untouched", at, put("head", to=ZERO))
    shop.changed("a_statement_of_another_item", base, at, put("statements", 0, "values", "item", to="1"))
    shop.changed("a_field_missing", base, at, lambda told: told["statements"][0]["values"].pop("newOwner") and None)
    shop.changed("a_field_more", base, at, put("statements", 0, "values", "more", to=1))
    shop.changed("a_great_number_as_a_number", base, at, put("statements", 0, "values", "item", to=1))
    shop.changed("a_small_number_as_text", "stolen", at, put("statements", 4, "values", "kind", to="1"))
    shop.changed("a_number_above_its_type", "stolen", at, put("statements", 4, "values", "kind", to=256))
    shop.changed("an_address_in_capitals", base, at, put("statements", 0, "values", "newOwner", to=str.upper))
    shop.changed("a_kind_of_report_nobody_knows", "stolen", at, put("statements", 4, "values", "kind", to=9))
    shop.changed("a_kind_of_mark_nobody_knows", "marked", at, put("statements", 0, "values", "kind", to=99))
    shop.changed("a_mark_of_a_whole_batch", "marked", at, put("statements", 0, "values", "kind", to=9))
    shop.changed("another_offer", base, at, put(*said, "offer", "expiry", to=lambda expiry: expiry + 1))
    shop.changed("no_offer", base, at, lambda told: told["statements"][1].pop("offer") and None)
    shop.changed("an_acceptance_for_another_history", base, at, put(*said, "values", "head", to=flipped))
    shop.changed("an_owner_named_as_signer", base, at, put("statements", 0, "signer", to=NOBODY))
    shop.changed("a_party_not_named_as_signer", "marked", at, lambda told: told["statements"][0].pop("signer") and None)
    shop.changed("a_signature_missing", base, at, lambda told: told["statements"][0]["signatures"].pop() and None)
    shop.changed("a_record_with_a_claim", base, at, put("statements", 0, "record", to=shop.told(base)["record"]))
    amended = ("statements", 0, "record")
    shop.changed("an_amendment_left_undescribed", "amended", Step.LIVE, _undescribed, outcome=HOLDS, notes=1)
    shop.changed("another_value_in_an_amendment", "amended", at, put(*amended, "fields", 0, "value", to="vert"))
    shop.changed("an_amendment_to_another_record", "amended", at, put(*amended, to=shop.told("amended")["record"]))


def _undescribed(told: _Json) -> None:
    del told["statements"][0]["record"]


def _twice(told: _Json) -> None:
    fields = told["record"]["fields"]
    fields.append({**fields[0], "value": "white"})


def _signatures(shop: Workshop) -> None:
    at, first = Step.SIGNATURES, ("statements", 0, "signatures")
    shop.changed("signatures_exchanged", "claimed", at, put(*first, to=lambda both: both[::-1]))
    shop.changed("anothers_signature", "claimed", at, put(*first, 1, to=shop.told("claimed")["batch"]["signature"]))
    shop.changed("a_statements_upper_half", "claimed", at, put(*first, 1, to=upper_half))
    shop.changed("a_wallets_word_in_a_statement", "claimed", at, put(*first, 1, to="0x01" + "5a" * 20 + "00" * 65))
    for name, place, to in (
        ("another_passkey", 1, "00"),
        ("another_blind", 96, "00"),
        ("a_challenge_elsewhere", 97 + 95, "00"),
        ("a_type_elsewhere", 97 + 127, "ff"),
        ("nobody_verified", 97 + 32 * 7 + 32, "01"),
        ("an_offset_beyond_the_end", 97 + 32 * 4, "ff"),
        ("a_passkeys_upper_half", 97 + 32, "ff"),
        ("another_passkey_signature", 97 + 31, "00"),
    ):
        shop.changed(name, "passkeys", at, put(*first, 1, to=byte(place, to)))
    backup = ("statements", 1, "signatures", 0)
    shop.changed("bytes_behind_a_passkeys_answer", "passkeys", at, put(*first, 1, to=lambda given: given + "ff" * 32))
    shop.changed("anothers_backup", "passkeys", at, put(*backup, to=byte(96, "00")))
    shop.changed("a_damaged_backup", "passkeys", at, put(*backup, to=byte(130, "00")))
    shop.changed("no_signature_at_all", "claimed", Step.LIVE, put(*first, to=[None, None]), outcome=HOLDS)
