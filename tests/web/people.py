"""Members of organisations at a browser without a screen: signed in, with a passkey of software that signs errands."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ledger.domain.people import Membership, Passkey, Person, StaffRole
from ledger.domain.statements import Kind, make, statement_hash
from ledger.services.organisations import operator_as
from ledger.services.sessions import new_session
from ledger.services.staff_keys import StaffKey, staff_key
from tests.support.passkey import passkey
from tests.web.stage import Stage

_KINDS = {"Record": Kind.RECORD, "Anchor": Kind.ANCHOR}


class Member:
    """One member of an organisation, signed in. `number` makes their passkey: the same number, the same key."""

    def __init__(self, stage: Stage, slug: str, name: str, number: int, *roles: StaffRole) -> None:
        self.stage, self.slug, self.number = stage, slug, number
        ledger = stage.ledger
        self.organisation = operator_as(ledger, slug).organisation
        self.person = Person(ledger.new_id("per"), ledger.now())
        public = passkey(number, bytes(32)).public
        credential = number.to_bytes(16, "big") + self.person.id.encode()
        made = Passkey(ledger.new_id("pk"), self.person.id, credential, public[:32], public[32:64], name, ledger.now())
        with ledger.store.write() as tx:
            tx.people.add(self.person)
            tx.people.add_passkey(made)
            part = Membership(self.person.id, self.organisation.id, frozenset(roles), ledger.now(), name)
            tx.people.set_membership(part)
            self.secret, _ = new_session(ledger, tx, self.person.id)
        self.client: FlaskClient = stage.app().test_client()
        with self.client.session_transaction() as cookie:
            cookie["sid"] = self.secret

    @property
    def key(self) -> StaffKey:
        with self.stage.ledger.store.read() as tx:
            return staff_key(self.stage.ledger, tx, self.organisation.id, self.person)

    def get(self, address: str) -> TestResponse:
        return self.client.get(address, buffered=True)

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        assert found, page
        return found.group(1)

    def post(self, page: str, address: str, **fields: Any) -> TestResponse:
        data = {"csrf_token": self.token(page), **fields}
        return self.client.post(address, data=data, content_type="multipart/form-data", buffered=True)

    def request_of(self, answer: TestResponse) -> dict[str, Any]:
        """What the signing page is asked, as the redirect to it carries it."""
        assert answer.status_code == 303, answer.text
        found = urlsplit(answer.headers["Location"])
        assert found.netloc.startswith("sign."), answer.headers["Location"]
        raw = found.fragment.removeprefix("r=")
        asked: dict[str, Any] = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
        return asked

    def signature(self, asked: dict[str, Any]) -> bytes:
        """This member's passkey over the message that is asked for."""
        (message,) = asked["messages"]
        statement = make(_KINDS[message["type"]], message["values"])
        ledger = self.stage.ledger
        with ledger.store.read() as tx:
            digest = ledger.domain(tx).digest(statement_hash(statement, ledger.keccak), ledger.keccak)
        return passkey(self.number, self.key.blind).sign(digest)

    def hand_in(self, asked: dict[str, Any], signature: bytes) -> TestResponse:
        """Come back from the signing page with a signature."""
        page = f"/signed/{asked['errand']}"
        body = {"v": 1, "errand": asked["errand"], "signatures": ["0x" + signature.hex()], "key": {}}
        headers = {"X-CSRFToken": self.token("/my/account"), "Accept": "application/json"}
        return self.client.post(page, json=body, headers=headers, buffered=True)

    def sign(self, answer: TestResponse) -> TestResponse:
        """Sign whatever a page sends to the signing page."""
        asked = self.request_of(answer)
        done = self.hand_in(asked, self.signature(asked))
        assert done.status_code == 200, done.text
        return done
