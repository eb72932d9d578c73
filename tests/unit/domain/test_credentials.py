"""Credentials: addresses of issuers, documents, dates, and what ends a credential."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ledger.domain.credential_context import context
from ledger.domain.credential_subjects import OnChain, Thing, inspection_hold, passport_facts, passport_hold
from ledger.domain.credentials import (
    CredentialKey,
    Hold,
    Issuer,
    body_of,
    did_document,
    did_web,
    enveloped,
    fingerprint_of,
    instant,
)
from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.inspections import Authenticity, Method
from ledger.domain.standing import standing
from ledger.domain.standing_facts import (
    Asked,
    AsOf,
    Brand,
    Custody,
    Facts,
    Inspection,
    Progress,
    Raised,
    Registration,
    Undone,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAISON = Issuer("org_1", "maison", "did:web:v.example:brands:maison", "Maison")
THING = Thing("https://v.example/01/09521234543213/21/X", "09521234543213", "X")


@pytest.mark.parametrize(
    ("url", "path", "did"),
    [
        ("https://v.example", (), "did:web:v.example"),
        ("https://v.example", ("brands", "maison"), "did:web:v.example:brands:maison"),
        ("http://localhost:8000", ("brands", "maison"), "did:web:localhost%3A8000:brands:maison"),
        ("https://v.example/id", ("brands", "maison"), "did:web:v.example:id:brands:maison"),
    ],
)
def test_an_address_is_a_did(url: str, path: tuple[str, ...], did: str) -> None:
    assert did_web(url, *path) == did


def test_a_stolen_key_is_not_published_and_an_old_one_is() -> None:
    public = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}
    keys = [
        CredentialKey("now", "org_1", public, 3),
        CredentialKey("old", "org_1", public, 2, retired_at=3),
        CredentialKey("lost", "org_1", public, 1, retired_at=2, stolen_at=2),
    ]
    found = did_document(MAISON, keys)
    assert found["assertionMethod"] == [f"{MAISON.did}#now", f"{MAISON.did}#old"]
    assert [one["id"] for one in found["verificationMethod"]] == found["assertionMethod"]
    assert all(one["controller"] == MAISON.did for one in found["verificationMethod"])


def test_moments_are_written_in_utc_to_the_second() -> None:
    assert instant(0) == "1970-01-01T00:00:00Z"
    assert instant(datetime(2026, 3, 1, 14, 0, 0, 999, tzinfo=timezone(timedelta(hours=2)))) == "2026-03-01T12:00:00Z"


def test_a_credential_begins_with_the_w3cs_context_and_has_no_empty_members() -> None:
    body = body_of(
        contexts=("https://v.example/credentials/v1",),
        types=("VerifiableCredential",),
        id=None,
        issuer=MAISON,
        valid=(0, 60),
        subject={"id": "urn:x"},
        evidence=[],
    )
    assert body["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert set(body) == {"@context", "type", "issuer", "validFrom", "validUntil", "credentialSubject"}


def test_what_stands_of_an_issuer_beside_never_hides_who_it_is() -> None:
    body = body_of(
        contexts=(), types=(), id="urn:x", issuer=MAISON, valid=(0, 1), subject={}, issuing={"id": "did:web:evil"}
    )
    assert body["issuer"]["id"] == MAISON.did


def test_an_envelope_carries_the_token_as_data() -> None:
    assert enveloped("a.b.c")["id"] == "data:application/vc+jwt,a.b.c"


def test_a_fingerprint_changes_with_what_is_said_and_not_with_its_order() -> None:
    assert fingerprint_of("passport", {"a": 1, "b": 2}) == fingerprint_of("passport", {"b": 2, "a": 1})
    assert fingerprint_of("passport", {"a": 1}) != fingerprint_of("untp", {"a": 1})
    assert fingerprint_of("passport", {"a": 1}) != fingerprint_of("passport", {"a": "1"})


def test_the_context_redefines_no_word_of_the_w3cs() -> None:
    taken = {"name", "description", "issuer", "evidence", "credentialSubject", "validFrom", "proof", "termsOfUse"}
    assert not taken & set(context("https://v.example")["@context"])


def facts(*raised: Raised, **more: object) -> Facts:
    custody = Custody((Raised(Flag.CLAIMED), *raised), owner_since=NOW - timedelta(days=9))
    given = {
        "known": True,
        "brand": Brand("Maison"),
        "registration": Registration(Progress.FINAL, NOW - timedelta(days=20)),
        "final": custody,
        "latest": custody,
        "node_seen_at": NOW,
        "as_of": AsOf(7, NOW, final=True),
    }
    return Facts(Asked.ITEM, **(given | more))  # type: ignore[arg-type]


def hold(given: Facts) -> Hold:
    return passport_hold(given, standing(given, NOW), NOW)


def test_a_passport_holds_while_nothing_speaks_against_it() -> None:
    assert hold(facts()) == Hold()


@pytest.mark.parametrize("flag", [Flag.LOST, Flag.STOLEN, Flag.RECALLED, Flag.REGISTERED_TWICE])
def test_bad_news_puts_a_passport_in_doubt(flag: Flag) -> None:
    found = hold(facts(Raised(flag)))
    assert found.doubtful
    assert not found.over


@pytest.mark.parametrize("flag", [Flag.VOID, Flag.RETIRED])
def test_the_end_of_an_item_ends_its_passport(flag: Flag) -> None:
    assert hold(facts(Raised(flag))).over


def test_the_end_of_a_batch_ends_its_passports() -> None:
    ended = Custody(batch=BatchFlag.VOID)
    assert hold(facts(final=ended, latest=ended)).over


def test_what_is_not_final_only_puts_it_in_doubt_and_is_looked_at_again() -> None:
    found = hold(facts(latest=Custody((Raised(Flag.CLAIMED), Raised(Flag.VOID)))))
    assert (found.over, found.doubtful, found.unsettled) == (False, True, True)


def test_a_doubt_that_ends_by_itself_is_looked_at_when_it_does() -> None:
    until = NOW + timedelta(days=3)
    assert hold(facts(Raised(Flag.BRAND_DISPUTE, until=until))).look_again_at == int(until.timestamp()) + 1


def test_what_a_thief_signed_ends() -> None:
    registered = NOW - timedelta(days=20)
    assert hold(facts(registration=Registration(Progress.FINAL, registered, registered - timedelta(days=1)))).over
    assert not hold(facts(registration=Registration(Progress.FINAL, registered, registered + timedelta(days=1)))).over


def test_a_gtin_of_somebody_else_earns_no_passport() -> None:
    assert hold(facts(gtin_in_prefixes=False)).over
    assert hold(facts(opened_from_later_batch=True)).over


def seen(**more: object) -> Inspection:
    given = {
        "result": Authenticity.CONSISTENT,
        "method": Method.IN_HAND,
        "persons": 1,
        "by": "Lux Check",
        "on": date(2026, 2, 1),
        "recorded_at": NOW - timedelta(days=5),
        "final": True,
    }
    return Inspection(**(given | more))  # type: ignore[arg-type]


def test_a_withdrawal_ends_an_inspection_once_it_is_final() -> None:
    assert inspection_hold(seen()) == Hold()
    assert inspection_hold(seen(undone=Undone.WAITING)) == Hold(doubtful=True, unsettled=True)
    assert inspection_hold(seen(undone=Undone.FINAL)).over
    assert inspection_hold(seen(key_compromised_since=NOW - timedelta(days=6))).over
    assert not inspection_hold(seen(key_compromised_since=NOW)).over


def test_a_new_owner_is_another_passport() -> None:
    def said(given: Facts) -> bytes:
        return fingerprint_of(passport_facts(THING, 1, "Maison", None, {"colour": "red"}, amended=False, facts=given))

    later = Custody((Raised(Flag.CLAIMED),), owner_since=NOW)
    assert said(facts()) == said(facts(Raised(Flag.LOST)))
    assert said(facts()) != said(facts(final=later))
    assert said(facts()) != said(facts(final=Custody()))


def test_evidence_says_whose_signature_is_where() -> None:
    found = OnChain("0x01", "0xab", 5, "0xcd", 9, NOW, operator_signed=True).evidence()
    assert found["type"] == ["OnChainStatement"]
    assert (found["signer"], found["block"], found["operatorSigned"]) == ("0xab", 9, True)
