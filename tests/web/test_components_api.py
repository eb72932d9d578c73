"""Parts with serials, over the API: answers of one form, for those who may ask alone, and never a serial in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from ledger.domain.organisations import Role, Scope
from ledger.domain.statements import Kind
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, operator_as
from tests.web.api.asking import Asking
from tests.web.stage import GTIN, Stage, staged
from web.limits import Pace

_names = (f"API-{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("components-api")) as made:
        add_organisation(made.ledger, slug="atelier", name="Atelier", role=Role.REPAIRER, domain="atelier.example")
        made.follow()
        party = operator_as(made.ledger, "atelier").organisation.party
        sign_and_submit(made.ledger, made.brand, Kind.ACCREDIT, {"party": party})
        made.follow()
        yield made


@pytest.fixture(scope="module")
def callers(stage: Stage) -> dict[str, Asking]:
    app = stage.app(pace=Pace(*[1_000_000] * 6))
    made = {slug: Asking(app, stage.key(slug)) for slug in ("maison", "luxcheck", "atelier", "bazar")}
    return made | {"reader": Asking(app, stage.key("luxcheck", Scope.READ)), "anyone": Asking(app, None)}


@pytest.fixture
def parts(stage: Stage) -> str:
    """The address of a fresh item's parts."""
    name = next(_names)
    stage.register([{"serial": name, "part.case": f"CASE{name}", "part.movement": f"MOVE{name}"}])
    return f"/v1/items/{GTIN}/{name}/components"


def _name(parts: str) -> str:
    return parts.split("/")[-2]


def test_every_answer_has_the_same_form_whatever_was_found(callers: dict[str, Asking], parts: str) -> None:
    seen = [
        {"part": "case", "serial": f"case {_name(parts).lower()}"},
        {"part": "case", "serial": "C-0"},
        {"part": "strap", "serial": "S-0"},
    ]
    told = callers["luxcheck"].post(parts + "/check", {"seen": seen})
    assert [one["found"] for one in told["parts"]] == ["match", "foreign", "not_recorded"]
    assert len({frozenset(one) for one in told["parts"]}) == 1
    assert all(one["headline"] and one["words"] and one["advice"] for one in told["parts"])
    assert told["left"] == 37


def test_only_the_brand_and_the_accredited_may_ask(callers: dict[str, Asking], parts: str) -> None:
    body = {"seen": [{"part": "case", "serial": "C-0"}]}
    callers["maison"].post(parts + "/check", body)
    callers["atelier"].post(parts + "/check", body)
    for who, status in (("bazar", 403), ("reader", 403), ("anyone", 401)):
        callers[who].post(parts + "/check", body, status=status)
        callers[who].get(parts, status=status)
        callers[who].post(parts + "/replace", {"part": "case"}, status=status)


def test_a_replaced_part_has_a_history_without_serials(stage: Stage, callers: dict[str, Asking], parts: str) -> None:
    body = {"part": "Movement", "new_serial": "PRIVATE-2", "report": {"basis": "Worn."}, "date": "2026-01-02T12:00:00Z"}
    callers["luxcheck"].post(parts + "/replace", body, status=403)
    callers["atelier"].post(parts + "/replace", body, status=202)
    stage.follow()
    told = callers["maison"].get(parts)
    fits = [one for one in told["parts"] if one["part"] == "movement"]
    assert [(one["source"], one["by"], one["ended"]) for one in fits] == [
        ("registered", "Maison Exemple", "service"), ("service", "Atelier", None)
    ]  # fmt: skip
    checked = callers["luxcheck"].post(parts + "/check", {"seen": [{"part": "movement", "serial": "private2"}]})
    assert checked["parts"][0] | {"headline": "", "words": "", "advice": ""} == {
        "part": "movement", "found": "match", "how": "service", "on": "2026-01-02T12:00:00Z", "by": "Atelier",
        "headline": "", "words": "", "advice": "",
    }  # fmt: skip
    public = callers["anyone"].get(parts.removesuffix("/components"))
    entry = next(one for one in public["entries"] if one["kind"] == "service")
    assert (entry["part"], entry["done"]) == ("movement", "part_replaced")
    timeline = callers["anyone"].get(parts.removesuffix("components") + "timeline")
    for answer in (told, checked, public, timeline):
        for secret in ("PRIVATE", "CASE" + _name(parts), "MOVE" + _name(parts)):
            assert secret not in str(answer)


def test_an_own_key_signs_a_replacement_that_names_the_part_alone(callers: dict[str, Asking], parts: str) -> None:
    draft = callers["atelier"].post(parts + "/replace", {"part": "case", "new_serial": "PRIVATE-3", "draft": True})
    assert bytes.fromhex(draft["values"]["facts"][2:]).rstrip(b"\0") == b"\x01\x02case"
    assert "PRIVATE" not in str(draft)


def test_the_brand_reads_who_asked_page_by_page(callers: dict[str, Asking], parts: str) -> None:
    for serial in ("C-1", "C-2", "C-3"):
        callers["luxcheck"].post(parts + "/check", {"seen": [{"part": "case", "serial": serial}]})
    first = callers["maison"].get(parts + "/questions?limit=2")
    rest = callers["maison"].get(parts + f"/questions?limit=2&cursor={first['next']}")
    told = [*first["questions"], *rest["questions"]]
    assert [(one["by"], one["part"], one["found"]) for one in told] == [("Lux Check", "case", "foreign")] * 3
    assert rest["next"] is None
    callers["luxcheck"].get(parts + "/questions", status=404)


@pytest.mark.parametrize(
    "seen", [[], [{"part": "case", "serial": ""}], [{"part": "?", "serial": "1"}], [{"part": "case", "serial": "SÉ"}],
             [{"part": "case", "serial": "1"}] * 13],
)  # fmt: skip
def test_a_question_that_cannot_be_right_is_refused_and_not_counted(
    callers: dict[str, Asking], parts: str, seen: list[dict[str, str]]
) -> None:
    refused = callers["luxcheck"].post(parts + "/check", {"seen": seen}, status=422)
    assert "SÉ" not in str(refused)
    assert callers["maison"].get(parts + "/questions")["questions"] == []


def test_an_item_that_is_not_here_has_no_parts(callers: dict[str, Asking]) -> None:
    callers["luxcheck"].get(f"/v1/items/{GTIN}/NOWHERE/components", status=404)
