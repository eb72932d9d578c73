"""What a code's address answers: the page, a link, or a plain refusal; in the form that the standard has."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from tests.web.stage import GTIN, Stage
from web.limits import Pace
from web.sealed_numbers import sealed

JSON = {"Accept": "application/json"}
LINKSET = {"Accept": "application/linkset+json"}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ITEM = f"/01/{GTIN}/21/PLAIN"


@pytest.mark.parametrize(
    "address", [ITEM, ITEM + "/", f"/01/{GTIN}", f"{ITEM}?linkType=gs1:defaultLink", f"{ITEM}?17=261231"]
)
def test_the_default_link_is_the_page_itself(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers=PAGE)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    told = answer.headers.getlist("Link")
    base = "http://localhost:8000" + address.split("?")[0].rstrip("/")
    assert told == [
        f'<{base}?linkType=linkset>; rel="linkset"; type="application/linkset+json"; title="All links of this code"'
    ]
    assert {"Accept", "Accept-Language"} <= {one.strip() for one in answer.headers["Vary"].split(",")}


@pytest.mark.parametrize("query", ["", "?linkType=linkset", "?linkType=gs1:pip", "?linkType=gs1:none"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_get_head_and_options_are_open_to_programs_of_other_sites(client: FlaskClient, query: str, method: str) -> None:
    answer = client.open(ITEM + query, method=method, headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    same = client.get(ITEM + query)
    assert answer.status_code == (200 if method == "OPTIONS" else same.status_code)
    assert method == "GET" or answer.data == b""


@pytest.mark.parametrize(
    "asked",
    [
        "gs1:pip",
        "gs1%3Apip",
        "https://gs1.org/voc/pip",
        "https://www.gs1.org/voc/pip",
        "https://ref.gs1.org/voc/pip",
        "http%3A%2F%2Fgs1.org%2Fvoc%2Fpip",
    ],
)
def test_a_type_may_be_written_in_each_of_the_ways_that_programs_use(client: FlaskClient, asked: str) -> None:
    answer = client.get(f"{ITEM}?linkType={asked}")
    assert answer.status_code == 307
    assert answer.headers["Location"].endswith(f"/show/record?linkType={asked}")


def test_the_whole_query_is_passed_on_as_it_came(client: FlaskClient) -> None:
    query = "17=261231;3103=000189&flag&linkType=gs1:traceability&x=a%2Fb+c"
    answer = client.get(f"{ITEM}?{query}", headers={"Accept-Language": "it"})
    assert answer.headers["Location"].endswith("/show/history?lang=it&" + query)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fr-CH, en;q=0.5", "fr"), ("zh-TW", "zh-Hans"), ("de", "en"), ("", "en"), ("de, it;q=0.1", "it")],
)
def test_of_several_links_the_one_in_the_readers_language_is_taken(
    client: FlaskClient, accepted: str, language: str
) -> None:
    answer = client.get(f"{ITEM}?linkType=gs1:traceability", headers={"Accept-Language": accepted})
    assert f"?lang={language}&" in answer.headers["Location"]


def test_a_link_that_is_not_there_is_not_found_and_those_that_are_there_are_named(client: FlaskClient) -> None:
    asked = f"{ITEM}?linkType=gs1:nosuchlt"
    data = client.get(asked, headers=JSON)
    assert (data.status_code, data.mimetype) == (404, "application/problem+json")
    assert "https://ref.gs1.org/voc/pip" in {one["type"] for one in data.json["links"]}
    page = client.get(asked, headers={**PAGE, "Accept-Language": "fr"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert re.findall(r'href="[^"]*/show/history[^"]*lang=(.*?)"', page.text) == ["fr"]
    assert client.get(f"{ITEM}?linkType=gs1:recallStatus").status_code == 404


def test_a_link_type_with_markup_in_it_is_only_text(client: FlaskClient) -> None:
    answer = client.get(f"{ITEM}?linkType=%3Cscript%3Ealert(1)%3C/script%3E", headers=PAGE)
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_nothing_in_the_query_can_break_out_of_the_location(client: FlaskClient) -> None:
    answer = client.get(f"{ITEM}?linkType=gs1:pip&x=%0d%0aSet-Cookie:a=b")
    assert answer.headers["Location"].endswith("&x=%0d%0aSet-Cookie:a=b")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("headers", [PAGE, JSON, LINKSET, {}])
@pytest.mark.parametrize(
    ("address", "what"),
    [
        (f"{ITEM}/foo", "ends in the middle"),
        (f"/01/{GTIN}/21/PLAIN/10/LOT", "22, 10 and 21"),
        (f"/01/{GTIN}/10/LOT/22/A", "22, 10 and 21"),
        (f"/01/{GTIN}/10/LOT/235/A", "22, 10 and 21"),
        (f"/01/{GTIN}/17/261231", "22, 10 and 21"),
        (f"/01/{GTIN}/99/A", "22, 10 and 21"),
        ("/01/09521234543214", "check digit should be 3"),
        ("/01/0952123454321X", "digits only"),
        ("/01/0952-1234-543213/21/A", "digits only"),
        ("/01/123/21/A", "3 digits"),
        (f"/01/{GTIN}/235/" + "A" * 29, "1 to 28"),
        (f"/01/{GTIN}/235/%C3%A9", "which no code may"),
        ("/01", "ends in the middle"),
        ("/01/", "ends in the middle"),
        (f"{ITEM}?23=1", "no GS1 Application Identifier"),
        (f"{ITEM}?17=2612", "cannot belong to 17"),
        (f"{ITEM}?15=%FF", "is not text"),
        (f"{ITEM}?17=261231&17=270101", "twice"),
        (f"{ITEM}?10=LOT", "belongs before it"),
        (f"/01/{GTIN}?21=PLAIN", "belongs before it"),
        (f"{ITEM}?414=9521234543214", "wrong check digit; it should be 3"),
        (f"{ITEM}?x=" + "y" * 2_000, "characters; at most"),
        ("/gtin/09521234543213", "a GTIN by /01/"),
        ("/gtin/09521234543213/ser/PLAIN", "a GTIN by /01/"),
        ("/414/9521234543214", "check digit 4, which should be 3"),
        ("/00/12345", "length or its characters"),
        ("/8010/ab%2Fc", "length or its characters"),
        ("/414/9521234543213/254", "length or its characters"),
    ],
)
def test_what_breaks_the_syntax_is_refused_with_400_and_why(
    client: FlaskClient, address: str, what: str, headers: dict[str, str]
) -> None:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 400
    if headers in (JSON, LINKSET):
        assert answer.mimetype == "application/problem+json"
        assert what in json.loads(answer.data)["detail"]
    else:
        assert what in answer.text.replace("&#39;", "'")


@pytest.mark.parametrize(
    "address",
    [
        "/414/9521234543213",
        "/414/9521234543213/254/32a%2Fb",
        "/00/095212345432130017",
        "/8003/09521234543213ABC",
        "/8004/9521234ABC%2F1",
        "/253/9521234543213X",
    ],
)
def test_another_primary_key_is_understood_and_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address, headers=PAGE).status_code == 404
    told = client.get(address, headers=JSON)
    assert told.status_code == 404
    assert "Only products and their items (01) are kept here." in told.json["detail"]


@pytest.mark.parametrize("short", ["9521234543213", "09521234543213"])
def test_a_gtin_of_thirteen_digits_is_answered_under_its_fourteen(client: FlaskClient, short: str) -> None:
    answer = client.get(f"/01/{short}/21/PLAIN", headers=LINKSET)
    assert json.loads(answer.data)["linkset"][0]["anchor"] == "http://localhost:8000" + ITEM


@pytest.mark.parametrize(
    "query", ["01=09521234543213", "17=261231&17=261231", "3103=000189", "414=9521234543213", "99=a%2Fb"]
)
def test_data_beside_the_identity_changes_nothing(client: FlaskClient, query: str) -> None:
    assert client.get(f"{ITEM}?{query}", headers=JSON).json["serial"] == "PLAIN"


@pytest.mark.parametrize("query", ["c=100%", "utm=%FF", "picc_data=ABC&cmac=DEF", "uid=04&ctr=1", "linkType="])
def test_names_that_are_not_gs1s_may_say_anything(client: FlaskClient, query: str) -> None:
    assert client.get(f"{ITEM}?{query}", headers=PAGE).status_code == 200


# --- A serial of somebody else (AI 235) -------------------------------------------------------------------


def test_a_third_partys_serial_is_headed_not_registered_by_the_brand(client: FlaskClient) -> None:
    page = client.get(f"/01/{GTIN}/235/PLAIN%2F1", headers=PAGE)
    assert page.status_code == 404
    assert "<h1>Not registered by the brand</h1>" in page.text
    assert "does not say whether the item is genuine" in page.text
    assert "PLAIN/1" in page.text
    data = client.get(f"/01/{GTIN}/235/PLAIN%2F1", headers=JSON)
    assert (data.status_code, data.json["title"]) == (404, "Not registered by the brand")
    assert data.json["third_party_serial"] == "PLAIN/1"
    assert "verdict" not in data.json


def test_it_never_borrows_the_record_of_the_brands_own_serial(client: FlaskClient) -> None:
    for headers in (PAGE, JSON, LINKSET):
        assert "Sac Lune" not in client.get(f"/01/{GTIN}/235/PLAIN", headers=headers).text
    assert "/235/PLAIN?linkType=linkset" in client.get(f"/01/{GTIN}/235/PLAIN").headers["Link"]


def test_a_serial_called_235_is_the_brands(client: FlaskClient) -> None:
    assert client.get(f"/01/{GTIN}/21/235", headers=JSON).json["serial"] == "235"


# --- What nobody should learn or do -----------------------------------------------------------------------


def test_an_item_that_is_not_signed_yet_has_no_page_by_its_number_either(stage: Stage, client: FlaskClient) -> None:
    with stage.ledger.store.read() as tx:
        item = tx.batches.find(GTIN, "UNSIGNED")
    assert item
    assert client.get(f"/items/{sealed(stage.ledger, item[0].item)}/show/record").status_code == 404


@pytest.mark.parametrize(
    "address", [f"/items/{1:064x}/show/record", f"/items/{2**256 - 1:064x}/show/record", "/products/1"]
)
def test_numbers_of_nothing_lead_nowhere(client: FlaskClient, address: str) -> None:
    assert client.get(address, headers=PAGE).status_code in (404, 422)


def test_who_asks_for_many_links_has_to_wait(stage: Stage) -> None:
    client = stage.app(pace=Pace(anonymous_items=2)).test_client()
    asked = [client.get(ITEM, headers=LINKSET, environ_overrides={"REMOTE_ADDR": "198.51.100.7"}) for _ in range(3)]
    public = [client.get(ITEM, headers=LINKSET, environ_overrides={"REMOTE_ADDR": "93.184.216.34"}) for _ in range(3)]
    assert [one.status_code for one in asked] == [200, 200, 200]
    assert [one.status_code for one in public] == [200, 200, 429]
    assert int(public[-1].headers["Retry-After"]) >= 1
