"""Every page of the console is reached by links from its first page, by those who may open it."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from ledger.services.organisations import operator_as
from tests.web.desk.conftest import Visiting
from tests.web.stage import Stage

MOST = 150
ELSEWHERE = {"/console/approvals/new", "/console/checklists"}
"""Reached from an item or a batch, and from the desk of an inspector who is signed in as a person."""


@pytest.mark.parametrize("slug", ["maison", "bazar", "luxcheck"])
def test_every_page_without_a_name_in_its_address_is_reached_by_links(
    shared: Stage, visiting: Visiting, slug: str
) -> None:
    visitor, caller = visiting(slug), operator_as(shared.ledger, slug)
    app = visitor.client.application
    wanted = set()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        roles, needs = getattr(view, "roles", ()), getattr(view, "needs", None)
        may = not roles or caller.organisation.role in roles
        page = rule.rule.startswith("/console/") and "GET" in rule.methods and not rule.arguments
        # Exports stand beside what they export, and a page that says no is nobody's.
        if page and may and needs and "." not in rule.rule and visitor.get(rule.rule).status_code == 200:
            wanted.add(rule.rule)
    seen, left = {"/console/"}, ["/console/"]
    while left and len(seen) < MOST:
        answer = visitor.get(left.pop(0))
        links = re.findall(r'(?:href|action)="(/console/[^"#]*)', answer.text) if answer.mimetype == "text/html" else []
        for path in dict.fromkeys(urlsplit(unescape(link)).path for link in links):
            if path not in seen:
                seen.add(path)
                left.append(path)
    assert wanted - seen <= ELSEWHERE
