"""Sets of links: GS1's schema takes them, and each link leads where it says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator, FormatChecker

from ledger.domain.identity import path
from tests.support.gs1_schemas import linkset_faults
from tests.web.resolver.conftest import HOSTILE
from tests.web.stage import GTIN, Stage
from web import create_app

DATA = Path(__file__).parents[2] / "data" / "gs1"
DESCRIPTION = Draft7Validator(
    json.loads((DATA / "description-file.schema.json").read_text()), format_checker=FormatChecker()
)
GS1 = "https://ref.gs1.org/voc/"
LINKSET = {"Accept": "application/linkset+json"}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ITEM, PRODUCT = f"/01/{GTIN}/21/PLAIN", f"/01/{GTIN}"


def levels(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    """The set of links of an address, valid against GS1's schema."""
    answer = client.get(address, headers=LINKSET)
    assert answer.status_code == 200
    found = json.loads(answer.data)
    assert linkset_faults(found) == []
    return list(found["linkset"])


def links(level: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {name: targets for name, targets in level.items() if name not in ("anchor", "itemDescription")}


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?linkType=linkset", {}),
        ("?linkType=all", {}),
        ("?linkType=linkset", LINKSET),
        ("?foo=bar;linkType=linkset", {}),
        ("?17=261231&linkType=linkset", {"Accept": "*/*"}),
        ("", LINKSET),
        ("?linkType=gs1:pip", LINKSET),
    ],
)
def test_a_set_of_links_is_given_and_nobody_is_sent_elsewhere(
    client: FlaskClient, query: str, headers: dict[str, str]
) -> None:
    answer = client.get(ITEM + query, headers=headers)
    assert (answer.status_code, answer.content_type) == (200, "application/linkset+json")
    assert [one["anchor"] for one in json.loads(answer.data)["linkset"]] == [
        "http://localhost:8000" + ITEM,
        "http://localhost:8000" + PRODUCT,
    ]


def test_it_is_json_or_json_ld_or_a_page_as_the_reader_asks(client: FlaskClient) -> None:
    asked = ITEM + "?linkType=linkset"
    as_json = client.get(asked, headers={"Accept": "application/json"})
    assert as_json.content_type == "application/json"
    assert linkset_faults(json.loads(as_json.data)) == []
    linked = client.get(asked, headers={"Accept": "application/ld+json"})
    assert json.loads(linked.data)["@context"] == "https://ref.gs1.org/standards/resolver/linkset-context"
    page = client.get(asked, headers=PAGE)
    assert page.mimetype == "text/html"
    embedded = page.text.split('<script type="application/ld+json">', 1)[1].split("</script>", 1)[0]
    assert json.loads(embedded) == json.loads(linked.data)


def test_a_context_makes_json_ld_of_it(client: FlaskClient) -> None:
    told = client.get(ITEM, headers=LINKSET).headers.getlist("Link")
    assert any('rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"' in one for one in told)


@pytest.mark.parametrize("address", [ITEM, PRODUCT, f"/01/{GTIN}/21/RECALLED", f"/01/{GTIN}/21/INSPECTED"])
def test_every_level_has_one_default_link_with_a_title_alone_and_a_type_that_says_what_it_is(
    client: FlaskClient, address: str
) -> None:
    for level in levels(client, address):
        (default,) = level[GS1 + "defaultLink"]
        assert set(default) == {"href", "title"}
        others = {
            target["href"] for name, targets in links(level).items() for target in targets if "default" not in name
        }
        assert default["href"] in others


@pytest.mark.parametrize("serial", ["PLAIN", "RECALLED", "INSPECTED", "//", "%2F"])
def test_each_link_of_a_set_is_where_its_type_and_language_lead(client: FlaskClient, serial: str) -> None:
    address, seen = path(GTIN, serial), set()
    for level in levels(client, address):
        for name, targets in links(level).items():
            if name in seen or name == GS1 + "defaultLink":
                continue
            seen.add(name)
            for target in targets:
                asked = name.replace(GS1, "gs1:")
                answer = client.get(
                    f"{address}?linkType={asked}",
                    headers={**PAGE, "Accept-Language": target["hreflang"][0]} if "hreflang" in target else PAGE,
                )
                assert answer.status_code == 307
                mark = "&" if "?" in target["href"] else "?"
                assert answer.headers["Location"] == f"{target['href']}{mark}linkType={asked}"
                there = client.get(answer.headers["Location"].removeprefix("http://localhost:8000"), headers=PAGE)
                if target["type"] == "application/json":
                    assert there.json["serial"] == serial
                    continue
                assert there.status_code == 303
                assert there.headers["Location"].split("?")[0].split("#")[0] in (address, PRODUCT)
                page = client.get(there.headers["Location"].split("#")[0], headers=PAGE)
                assert page.status_code == 200
                place = there.headers["Location"].partition("#")[2]
                assert not place or f'id="{place}"' in page.text


def test_what_there_is_to_say_of_an_item_is_what_has_a_link(client: FlaskClient) -> None:
    plain, recalled, inspected = (
        set(links(levels(client, path(GTIN, one))[0])) for one in ("PLAIN", "RECALLED", "INSPECTED")
    )
    assert {GS1 + "pip", GS1 + "traceability", GS1 + "instructions", "alternate"} <= plain
    assert GS1 + "recallStatus" not in plain
    assert GS1 + "certificationInfo" not in plain
    assert GS1 + "recallStatus" in recalled
    assert GS1 + "certificationInfo" in inspected


def test_a_choice_of_links_has_a_title_and_a_page_in_each_of_our_languages(client: FlaskClient) -> None:
    told = levels(client, ITEM)[0][GS1 + "instructions"]
    assert [one["hreflang"] for one in told] == [["en"], ["fr"], ["it"], ["zh"]]
    assert [one["title"] for one in told] == [
        "Care and repair",
        "Entretien et réparation",
        "Cura e riparazione",
        "保养与维修",
    ]


@pytest.mark.parametrize("own", ["https://v.maison.example", "http://127.0.0.1:8000", "https://my-site.example"])
def test_our_own_types_are_in_the_set_where_gs1s_schema_has_room_for_their_address(stage: Stage, own: str) -> None:
    app = create_app(stage.settings, replace(stage.ledger, public_url=own))
    stage.apps.append(app)
    listed = set(links(levels(app.test_client(), ITEM)[0]))
    assert ({f"{own}/voc/verify", f"{own}/voc/claim"} <= listed) == (own == "https://v.maison.example")
    answer = app.test_client().get(ITEM + "?linkType=touchmark:claim")
    assert answer.status_code == 307
    assert answer.headers["Location"].startswith(own)


@pytest.mark.parametrize("serial", HOSTILE)
def test_the_anchor_of_an_item_is_its_canonical_address(client: FlaskClient, serial: str) -> None:
    found = levels(client, path(GTIN, serial))
    assert found[0]["anchor"] == "http://localhost:8000" + path(GTIN, serial)


@pytest.mark.parametrize("serial", ["NOBODY", "UNSIGNED"])
def test_a_serial_that_is_not_on_record_has_the_links_of_its_product_only(client: FlaskClient, serial: str) -> None:
    assert [one["anchor"] for one in levels(client, path(GTIN, serial))] == ["http://localhost:8000" + PRODUCT]


def test_a_batch_or_a_variant_before_the_serial_leaves_the_same_links(client: FlaskClient) -> None:
    assert levels(client, f"/01/{GTIN}/22/2A/10/LOT7/21/PLAIN") == levels(client, ITEM)
    assert levels(client, f"/01/{GTIN}/10/LOT7") == levels(client, PRODUCT)
    assert levels(client, f"/01/{GTIN}/235/OTHERS") == levels(client, PRODUCT)


def test_a_product_of_nobody_here_has_no_links(client: FlaskClient) -> None:
    answer = client.get("/01/09506000134352/21/A", headers=LINKSET)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_the_description_of_the_resolver_keeps_gs1s_schema(client: FlaskClient) -> None:
    answer = client.get("/.well-known/gs1resolver")
    assert answer.content_type == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    DESCRIPTION.validate(answer.json)
    assert answer.json["resolverRoot"] == "http://localhost:8000"
    assert answer.json["supportedPrimaryKeys"] == ["01"]


def test_our_own_types_say_what_they_mean_to_people_and_to_programs(client: FlaskClient) -> None:
    page = client.get("/voc/verify", headers=PAGE)
    assert "Check the record yourself" in page.text
    data = client.get("/voc/verify", headers={"Accept": "application/ld+json"})
    (told,) = json.loads(data.data)["@graph"]
    assert told["@id"] == "http://localhost:8000/voc/verify"
    assert len(json.loads(client.get("/voc/", headers={"Accept": "application/ld+json"}).data)["@graph"]) == 2
    assert client.get("/voc/nothing", headers=PAGE).status_code == 404
