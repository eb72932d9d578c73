"""Asks for links, answered before the page of a code: `linkType` in its query, or a set of links in its Accept.

What is asked of a code's address, in this order (GS1-Conformant Resolver Standard 1.2, 2.4 to 2.12):

1. It has to keep the syntax: 400.
2. `linkType=linkset` (or `all`, as it was called), or `Accept: application/linkset+json`: the set of links.
3. `linkType=gs1:…`: 307 to the link of that type, in the reader's language, with the whole query; else 404.
4. A third party's serial (AI 235): its own page.
5. Anything else is the default link, which needs no redirection: it is the page that the address itself answers with.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response, g, redirect, render_template, request

from ledger.domain.digital_links import DigitalLink, query_pairs, read_digital_link
from ledger.domain.errors import Invalid, TooMany
from ledger.domain.link_types import DEFAULT, link_type
from ledger.domain.said import said
from ledger.domain.standing_headlines import Key
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_bad_code, scan_product
from web.languages import language_of
from web.problems import problem, wants_json
from web.resolver import bp
from web.resolver.attributes import check_attributes
from web.resolver.compressed import WAS_COMPRESSED
from web.resolver.links import TAGS, Level, Link, levels_of, vocabulary
from web.resolver.linkset import LINKSET, answer_linkset
from web.scan.address import raw_path
from web.scan.item import answer, ledger_here, paced
from web.scan.pace import too_fast

_CODE: Final = "scan.item"
_CODES: Final = "/01/"
_READS: Final = ("GET", "HEAD", "OPTIONS")
_ALL: Final = frozenset({"linkset", "all"})


@bp.before_app_request
def resolve() -> Any:
    """The answer to an ask for links; None where the page of the code itself is asked for."""
    if request.endpoint != _CODE or request.method not in ("GET", "HEAD"):
        return None
    ledger = ledger_here()
    try:
        pairs = query_pairs(request.query_string.decode("latin-1"))
        check_attributes(pairs)
        g.digital_link = link = read_digital_link(raw_path(request.environ))
    except Invalid as wrong:
        return _unreadable(ledger, wrong)
    asked = next((value for name, value in pairs if name == "linkType" and value), "")
    if asked in _ALL or _wants_linkset():
        return _linkset(ledger, link)
    type_ = link_type(asked, vocabulary(ledger))
    if asked and type_ != DEFAULT:
        return _link(ledger, link, type_, asked)
    return None if link.third_party is None else _third_party(ledger, link)


@bp.after_app_request
def tell_of_links(response: Response) -> Response:
    """Say where the set of links is, and let programs of other sites read what needs no cookie (Fetch, 3.2)."""
    here = request.path.startswith(_CODES) or request.blueprint == bp.name
    if not here or request.method not in _READS:
        return response
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    headers["Access-Control-Expose-Headers"] = "Link, Location"
    if request.path.startswith(_CODES):
        response.vary.update(("Accept", "Accept-Language"))
        link: DigitalLink | None = g.get("digital_link")
        if link is not None:
            address = f"{ledger_here().public_url}{link.path}?linkType=linkset"
            if request.environ.get(WAS_COMPRESSED):
                headers.add("Link", f'<{ledger_here().public_url}{link.path}>; rel="owl:sameAs"; title="Uncompressed"')
            headers.add("Link", f'<{address}>; rel="linkset"; type="{LINKSET}"; title="All links of this code"')
    return response


def _wants_linkset() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json", LINKSET]) == LINKSET


def _unreadable(ledger: Ledger, wrong: Invalid) -> Response:
    """An address that breaks the syntax: 400 (2.4.1), as a page with the way on, or as a problem."""
    if wants_json():
        # Whoever reads verdicts has one here too.
        return problem(400, wrong.code, wrong.title, wrong.detail, verdict=Key.BAD_CODE.value)
    response = answer(ledger, paced(ledger, scan_bad_code(ledger, wrong.detail)))
    if response.status_code == 422:
        response.status_code = 400
    return response


def _counted() -> None:
    seconds = too_fast(request.remote_addr)
    if seconds is not None:
        raise TooMany(said("You ask for many links. Wait a little, then ask again."), retry_after=seconds)


def _linkset(ledger: Ledger, link: DigitalLink) -> Response:
    _counted()
    levels = levels_of(ledger, link)
    return answer_linkset(levels) if levels else _nothing_known()


def _nothing_known() -> Response:
    return problem(
        404,
        "unknown",
        said("There is no such thing here"),
        said("No brand here has this product. Ask whoever made it, or check the number."),
    )


def _link(ledger: Ledger, link: DigitalLink, type_: str, asked: str) -> Response:
    _counted()
    levels = levels_of(ledger, link)
    if not levels:
        return _nothing_known()
    found = _best(levels, type_)
    if found is None:
        return _no_such_link(levels, asked)
    query = request.query_string.decode("latin-1")
    href = f"{found.href}{'&' if '?' in found.href else '?'}{query}"
    # werkzeug's annotation forgets the class it is given.
    return redirect(href, 307, Response)  # type: ignore[return-value]


def _best(levels: tuple[Level, ...], type_: str) -> Link | None:
    """The link of this type at the narrowest level that has any, in the reader's language if there is a choice."""
    for level in levels:
        there = [one for one in level.links if one.type == type_]
        if there:
            spoken = TAGS[language_of(request)]
            return next((one for one in there if spoken in one.languages), there[0])
    return None


def _no_such_link(levels: tuple[Level, ...], asked: str) -> Response:
    if not wants_json():
        return answer_linkset(levels, 404)
    links = [{"type": one.type, "href": one.href, "title": one.title} for level in levels for one in level.links]
    return problem(
        404,
        "unknown",
        said("There is no such link"),
        said("There is no link of the type %(asked)s for this code; under “links” are those there are.", asked=asked),
        links=links,
    )


def _third_party(ledger: Ledger, link: DigitalLink) -> Response:
    """A serial that somebody other than the brand gave: nothing is kept of it here, and nothing is judged."""
    _counted()
    brand = scan_product(ledger, link.gtin).facts.brand
    if wants_json():
        body = {"gtin": link.gtin, "third_party_serial": link.third_party, "brand": brand.name if brand else None}
        return problem(404, "unknown", NOT_REGISTERED, _WHO, **body)
    page = render_template("resolver/third_party.html", link=link, brand=brand, title=NOT_REGISTERED, who=_WHO)
    return Response(page, 404, mimetype="text/html")


NOT_REGISTERED: Final = said("Not registered by the brand")
_WHO: Final = said(
    "This code carries a serial that somebody other than the brand gave the item (AI 235). No such passports are kept "
    "here. Look for the brand's own code on the item."
)
