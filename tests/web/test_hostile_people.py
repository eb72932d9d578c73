"""What hostile people try on people's pages: each test is named for the attack, and says what it must not achieve."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ledger.chain import signing
from ledger.domain.answers import answer_digest
from ledger.domain.asks import Entrustment
from ledger.domain.errors import LedgerError
from ledger.domain.links import link_key
from ledger.domain.people import Passkey, Person, StaffRole
from ledger.domain.statements import Kind, make, statement_hash, struct_hash
from ledger.services.email_links import _hash
from ledger.services.errand_confirm import begin_confirm
from ledger.services.errands import Visit, b64, unb64
from ledger.services.escrow import release
from ledger.services.members import accept_invitation, change_roles, invite
from ledger.services.organisations import operator_as
from ledger.services.sessions import new_session, session_id
from tests.support.passkey import passkey
from tests.web.people import Member
from tests.web.stage import Stage, staged
from tests.web.test_own import Visitor, claim_answer, claimed, known, one_card
from web.sealed_numbers import sealed

_SECRET, _CODE = bytes(range(16)), "314159"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("hostile")) as made:
        yield made


@pytest.fixture
def browsers(stage: Stage) -> Any:
    """As many visitors as a test asks for, each with a browser and a key of their own."""
    return lambda number: Visitor(stage, stage.app().test_client(), number)


@pytest.fixture
def owner(browsers: Any) -> Visitor:
    made: Visitor = browsers(3001)
    return made


def mail_link(stage: Stage, email: str, person: str) -> str:
    """A link as a mailbox holds it."""
    secret, now = b64(stage.ledger.random(24)), stage.ledger.now()
    with stage.ledger.store.write() as tx:
        tx.people.add_link(_hash(secret), email, person, "/my", now, now + 1200)
    return f"/sign-in/link/{secret}"


def follow(visitor: Visitor, link: str) -> Any:
    return visitor.client.post(link, data={"csrf_token": visitor.token()})


def with_email(stage: Stage, email: str | None) -> Person:
    person = Person(stage.ledger.new_id("per"), 1)
    with stage.ledger.store.write() as tx:
        tx.people.add(person)
        tx.people.set_email(person.id, email)
    return person


def signed_in(stage: Stage, visitor: Visitor, person: Person) -> bytes:
    with stage.ledger.store.write() as tx:
        secret, session = new_session(stage.ledger, tx, person.id)
    with visitor.client.session_transaction() as cookie:
        cookie["sid"] = secret
    return session.id


def asserted(stage: Stage, request: dict[str, Any], number: int, credential: bytes) -> dict[str, Any]:
    """What the signing page answers to a sign-in with a passkey (WebAuthn Level 3, 7.2)."""
    [message] = request["messages"]
    with stage.ledger.store.read() as tx:
        digest = answer_digest("SignIn", message["values"], stage.ledger.domain(tx), signing.keccak)
    client = (
        f'{{"type":"webauthn.get","challenge":"{b64(digest)}","origin":"{stage.ledger.sign_url}","crossOrigin":false}}'
    ).encode()
    data = hashlib.sha256(b"sign.localhost").digest() + b"\x05" + bytes(4)
    key = passkey(number, bytes(32)).key
    signature = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    told = {"clientDataJSON": client, "authenticatorData": data, "signature": signature, "id": credential}
    return {"credential": {name: b64(raw) for name, raw in told.items()}}


def credential_of(stage: Stage, person: Person) -> bytes:
    with stage.ledger.store.read() as tx:
        return tx.people.passkeys(person.id)[0].credential


def offered(stage: Stage, owner: Visitor, item: int, **form: str) -> str:
    """An offer by a link of `_SECRET` and `_CODE`; its id."""
    request = owner.begin(f"/my/items/{item:064x}/handover", days="7", **form)
    recipient = signing.address_of(link_key(_SECRET, _CODE, item))
    values = request["messages"][0]["values"] | {"recipient": recipient}
    with stage.ledger.store.read() as tx:
        domain = stage.ledger.domain(tx)
    digest = domain.digest(struct_hash(Kind.OFFER, make(Kind.OFFER, values).values, signing.keccak), signing.keccak)
    [key] = request["keys"]
    signature = owner.passkey(bytes.fromhex(key["blind"][2:])).sign(digest)
    done = owner.hand_in(
        request, values={"recipient": recipient}, signatures=["0x" + signature.hex()], code=_CODE, key=key
    )
    assert done.status_code == 200, done.text
    return str(done.json["to"].rsplit("/", 1)[1])


def acceptance(stage: Stage, buyer: Visitor, request: dict[str, Any], item: int) -> dict[str, Any]:
    """What the signing page answers to an acceptance."""
    key = buyer.passkey(b"\0" * 12 + stage.ledger.random(20))
    offer = make(Kind.OFFER, request["messages"][0]["values"]).values
    values = {"offer": struct_hash(Kind.OFFER, offer, signing.keccak), "newOwner": key.address}
    accept = make(Kind.ACCEPT, values | {"head": request["messages"][1]["values"]["head"]}, offer)
    with stage.ledger.store.read() as tx:
        digest = stage.ledger.domain(tx).digest(statement_hash(accept, signing.keccak), signing.keccak)
    by_link = signing.sign(link_key(_SECRET, _CODE, item), digest)
    [own] = request["keys"]
    return {
        "values": {"newOwner": key.address},
        "signatures": ["0x" + key.sign(digest).hex(), "0x" + by_link.hex()],
        "key": own | {"blind": "0x" + key.blind.hex(), "address": key.address},
    }


# --- who is signed in


@pytest.mark.parametrize("next", ["/\t/evil.example", "/\t\\evil.example", "//evil.example", "https://evil.example"])
def test_a_crafted_way_on_leads_to_no_other_site(stage: Stage, owner: Visitor, next: str) -> None:
    """Browsers leave tabs out of an address: a slash, a tab and a slash are two slashes."""
    known(stage, owner)
    answer = owner.client.get("/sign-in", query_string={"next": next})
    assert answer.headers["Location"] == "/my"


def test_whoever_signs_in_over_somebody_takes_up_none_of_their_errands(
    stage: Stage, owner: Visitor, browsers: Any
) -> None:
    """Session riding: an errand that said who somebody is must not say it again for the next person at the browser."""
    anna = known(stage, owner)
    item, code = one_card(stage)
    request = owner.begin(f"/items/{sealed(stage.ledger, item.item)}/claim")
    answer = claim_answer(stage, owner, request, code)
    assert owner.hand_in(request, **answer).status_code == 200
    stage.follow()
    bert = with_email(stage, "bert.over@example.com")
    assert follow(owner, mail_link(stage, "bert.over@example.com", bert.id)).status_code == 303
    assert owner.client.get(f"/my/items/{item.item:064x}").status_code == 404
    assert owner.hand_in(request, **answer).status_code == 404
    assert owner.client.get(f"/my/items/{item.item:064x}").status_code == 404
    with stage.ledger.store.read() as tx:
        assert not tx.people.sessions(anna.id, stage.ledger.now())[1:]


def test_a_passkey_again_opens_the_console_again_after_its_twelve_hours(stage: Stage) -> None:
    admin = Member(stage, "maison", "Fresh", 3100, StaffRole.ADMIN)
    assert admin.get("/console/").status_code == 200
    with stage.ledger.store.write() as tx:
        tx.people.end_session(session_id(admin.secret))
    visitor = Visitor(stage, admin.client, 3100)
    request = visitor.begin("/sign-in", next="/console/")
    answer = asserted(stage, request, 3100, credential_of(stage, admin.person))
    assert visitor.hand_in(request, **answer).json == {"to": "/console/"}
    assert admin.get("/console/").status_code == 200
    stage.ahead += 13 * 3600
    assert admin.get("/console/").headers["Location"].startswith("/sign-in")
    request = visitor.begin("/sign-in", next="/console/")
    answer = asserted(stage, request, 3100, credential_of(stage, admin.person))
    assert visitor.hand_in(request, **answer).status_code == 200
    assert admin.get("/console/").status_code == 200


def test_a_mailbox_of_an_admin_opens_no_console_and_makes_no_passkey(stage: Stage, browsers: Any) -> None:
    """“A mailbox: sign its owner in; see their items”, and nothing for which a key is needed."""
    admin = Member(stage, "maison", "Mailbox", 3110, StaffRole.ADMIN)
    with stage.ledger.store.write() as tx:
        tx.people.set_email(admin.person.id, "admin.mailbox@example.com")
    thief = browsers(3111)
    assert follow(thief, mail_link(stage, "admin.mailbox@example.com", admin.person.id)).headers["Location"] == "/my"
    assert thief.client.get("/my").status_code == 200
    assert thief.client.get("/console/").headers["Location"].startswith("/sign-in")
    assert thief.client.post("/join", data={"csrf_token": thief.token()}).status_code == 403
    item, code = one_card(stage)
    request = thief.begin(f"/items/{sealed(stage.ledger, item.item)}/claim")
    answer = claim_answer(stage, thief, request, code)
    assert thief.hand_in(request, **answer, created={"id": "AAAA"}).status_code == 403


def test_signing_out_of_the_console_leaves_no_copy_of_the_cookie_of_use(stage: Stage) -> None:
    admin = Member(stage, "maison", "Leaver", 3120, StaffRole.ADMIN)
    assert admin.post("/my/account", "/console/sign-out").status_code == 303
    with admin.client.session_transaction() as cookie:
        cookie["sid"] = admin.secret
    assert admin.get("/console/").status_code == 303


def test_an_address_made_up_for_an_answer_leaves_no_session_behind(stage: Stage, owner: Visitor) -> None:
    answer = owner.client.get("/signed/err_made_up_by_somebody")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


# --- letters


def test_a_link_asked_for_before_the_address_was_taken_away_opens_nothing(
    stage: Stage, owner: Visitor, browsers: Any
) -> None:
    """Whoever reads the mailbox asks for a link; its owner then takes the address away: the link is dead with it."""
    person = known(stage, owner)
    with stage.ledger.store.write() as tx:
        tx.people.set_email(person.id, "taken.away@example.com")
    link = mail_link(stage, "taken.away@example.com", person.id)
    assert owner.client.post("/my/account/email/forget", data={"csrf_token": owner.token()}).status_code == 303
    assert follow(browsers(3200), link).status_code == 404
    with stage.ledger.store.read() as tx:
        known_again = tx.people.get(person.id)
        assert known_again is not None
        assert known_again.email is None


def test_a_confirmation_signs_nobody_in_as_whoever_asked_for_it(stage: Stage, owner: Visitor, browsers: Any) -> None:
    """Login forgery: a stranger gives somebody's address; who follows the letter must not work in the stranger's account."""  # noqa: E501
    stranger = known(stage, owner)
    victim = browsers(3201)
    follow(victim, mail_link(stage, "victim.forged@example.com", stranger.id))
    assert victim.client.get("/my/account").status_code == 303
    with stage.ledger.store.read() as tx:
        found = tx.people.get(stranger.id)
        assert found is not None
        assert found.email == "victim.forged@example.com"


def test_asking_often_tells_nobody_whether_an_address_is_known(stage: Stage, owner: Visitor, browsers: Any) -> None:
    with_email(stage, "known.oracle@example.com")
    token = owner.token()
    for name in ("known.oracle", "unknown.oracle"):
        for _ in range(7):
            sent = owner.client.post("/sign-in/email", data={"csrf_token": token, "email": f"{name}@example.com"})
            assert sent.status_code == 200, name
    known(stage, owner)
    for name in ("known.oracle2", "unknown.oracle2"):
        with_email(stage, "known.oracle2@example.com") if name == "known.oracle2" else None
        form = {"csrf_token": owner.token(), "email": f"{name}@example.com"}
        assert owner.client.post("/my/account/email", data=form).status_code == 200, name


def test_capitals_make_no_more_letters_to_one_mailbox(stage: Stage, owner: Visitor) -> None:
    known(stage, owner)
    answers = [
        owner.client.post("/my/account/email", data={"csrf_token": owner.token(), "email": f"{name}@example.com"})
        for name in ("bomb.one", "Bomb.one", "bOmb.one", "boMb.one", "bomB.one", "bomb.One")
    ]
    assert [one.status_code for one in answers] == [200] * 5 + [429]


# --- handing over


def test_nobody_goes_round_the_platform_that_holds_the_money(stage: Stage, owner: Visitor, browsers: Any) -> None:
    """The buyer accepts through the programs' door, which knows no platform."""
    item = claimed(stage, owner, known(stage, owner))
    offer = offered(stage, owner, item, platform="bazar")
    buyer = browsers(3301)
    known(stage, buyer)
    request = buyer.begin(f"/accept/{offer}/sign", code=_CODE)
    answer = acceptance(stage, buyer, request, item)
    body = {
        "new_owner": answer["values"]["newOwner"],
        "head": request["messages"][1]["values"]["head"],
        "signatures": answer["signatures"],
        "code": _CODE,
    }
    refused = buyer.client.post(f"/v1/offers/{offer}/acceptance", json=body)
    assert refused.status_code == 409, refused.text
    with stage.ledger.store.read() as tx:
        assert all(one.statement.kind is not Kind.ACCEPT for one in tx.outbox.of_item(item))
    assert buyer.hand_in(request, **answer).status_code == 200


def test_an_acceptance_that_waits_for_a_platform_is_replaced_by_nobody_else(
    stage: Stage, owner: Visitor, browsers: Any
) -> None:
    """The seller keeps the link: once the buyer has paid, the seller accepts too, and has both item and money."""
    item = claimed(stage, owner, known(stage, owner))
    offer = offered(stage, owner, item, platform="bazar")
    buyer, confederate = browsers(3302), browsers(3303)
    for one in (buyer, confederate):
        known(stage, one)
    first = buyer.begin(f"/accept/{offer}/sign", code=_CODE)
    accepted = acceptance(stage, buyer, first, item)
    assert buyer.hand_in(first, **accepted).status_code == 200
    late = confederate.begin(f"/accept/{offer}/sign", code=_CODE)
    assert confederate.hand_in(late, **acceptance(stage, confederate, late, item)).status_code == 409
    again = buyer.begin(f"/accept/{offer}/sign", code=_CODE)
    accepted = acceptance(stage, buyer, again, item)
    assert buyer.hand_in(again, **accepted).status_code == 200
    queued = release(stage.ledger, operator_as(stage.ledger, "bazar"), offer)
    assert queued.statement.values["newOwner"] == accepted["values"]["newOwner"]


def test_a_platform_releases_no_offer_that_its_owner_has_ended(stage: Stage, owner: Visitor, browsers: Any) -> None:
    item = claimed(stage, owner, known(stage, owner))
    offer = offered(stage, owner, item, platform="bazar")
    buyer = browsers(3304)
    known(stage, buyer)
    request = buyer.begin(f"/accept/{offer}/sign", code=_CODE)
    assert buyer.hand_in(request, **acceptance(stage, buyer, request, item)).status_code == 200
    ended = owner.begin(f"/my/items/{item:064x}/cancel")
    with stage.ledger.store.read() as tx:
        digest = stage.ledger.domain(tx).digest(
            statement_hash(make(Kind.CANCEL, ended["messages"][0]["values"]), signing.keccak), signing.keccak
        )
    [key] = ended["keys"]
    signature = owner.passkey(bytes.fromhex(key["blind"][2:])).sign(digest)
    assert owner.hand_in(ended, signatures=["0x" + signature.hex()], key=key).status_code == 200
    stage.follow()
    with pytest.raises(LedgerError):
        release(stage.ledger, operator_as(stage.ledger, "bazar"), offer)
    with stage.ledger.store.read() as tx:
        kept = tx.asks.escrow(offer)
        assert kept is not None
        assert kept.released_at is None


def test_nobody_takes_an_address_for_theirs_by_a_signature_that_only_the_chain_can_judge(
    stage: Stage, owner: Visitor, browsers: Any
) -> None:
    """A squatter names the address of a later owner as a wallet of their own, with nonsense for its signature."""
    item = claimed(stage, owner, known(stage, owner))
    offer = offered(stage, owner, item)
    squatter, buyer = browsers(3305), browsers(3306)
    squat, honest = known(stage, squatter), known(stage, buyer)
    target = buyer.begin(f"/accept/{offer}/sign", code=_CODE)
    right = acceptance(stage, buyer, target, item)
    address = right["values"]["newOwner"]
    mine = squatter.begin(f"/accept/{offer}/sign", code=_CODE)
    made_up = b"\x01" + bytes.fromhex(address[2:]) + b"nonsense"
    nonsense = {"signatures": ["0x" + made_up.hex(), right["signatures"][1]], "key": {"wallet": address}}
    assert squatter.hand_in(mine, values={"newOwner": address}, **nonsense).status_code == 200
    assert buyer.hand_in(target, **right).status_code == 200
    stage.follow()
    with stage.ledger.store.read() as tx:
        holding = tx.people.holding(item, address)
        assert holding is not None
        assert holding.person == honest.id != squat.id
    assert squatter.client.get(f"/my/items/{item:064x}/receipt.json").status_code == 404


# --- the live answer


def entrusted(stage: Stage, item: int) -> str:
    now, id = stage.ledger.now(), stage.ledger.new_id("ent")
    from ledger.services.views_of_chain import listed

    bazar = operator_as(stage.ledger, "bazar").organisation.id
    with stage.ledger.store.write() as tx:
        holder = listed(tx, item).holder
        tx.asks.add_entrustment(Entrustment(id, item, holder, bazar, now + 86_400, bytes(32), "0x", now))
    return id


def question(buyer: Visitor, item: int) -> tuple[str, str]:
    """A buyer's page, and the link for whoever answers."""
    asked = buyer.client.post(f"/items/{sealed(buyer.stage.ledger, item)}/ask").headers["Location"]
    found = re.search(r'value="http://[^/]+(/prove/[^"]+)"', buyer.client.get(asked).get_data(as_text=True))
    assert found
    return asked, found[1]


def possession(stage: Stage, request: dict[str, Any], number: int) -> dict[str, Any]:
    [key] = request["keys"]
    with stage.ledger.store.read() as tx:
        digest = answer_digest("Possession", request["messages"][0]["values"], stage.ledger.domain(tx), signing.keccak)
    signature = passkey(number, bytes.fromhex(key["blind"][2:])).sign(digest)
    return {"signatures": ["0x" + signature.hex()], "key": key}


def test_whoever_may_only_look_answers_for_no_owner(stage: Stage, owner: Visitor, browsers: Any) -> None:
    item = claimed(stage, owner, known(stage, owner))
    entrusted(stage, item)
    _, link = question(browsers(3400), item)
    viewer = Member(stage, "bazar", "Viewer", 3401, StaffRole.VIEWER)
    assert viewer.post("/my/account", link).status_code == 403


def test_an_answer_counts_no_more_once_the_owner_has_taken_their_trust_back(
    stage: Stage, owner: Visitor, browsers: Any
) -> None:
    item = claimed(stage, owner, known(stage, owner))
    buyers = [browsers(3402), browsers(3403)]
    (early, first), (_late, second) = [question(one, item) for one in buyers]
    ends = entrusted(stage, item)
    clerk = Member(stage, "bazar", "Clerk", 3404, StaffRole.OPERATIONS)
    visitor = Visitor(stage, clerk.client, 3404)
    requests = [visitor.begin(one) for one in (first, second)]
    assert visitor.hand_in(requests[0], **possession(stage, requests[0], 3404)).status_code == 200
    assert "just confirmed" in buyers[0].client.get(early).text
    ending = {"csrf_token": owner.token()}
    assert owner.client.post(f"/my/items/{item:064x}/entrust/{ends}/end", data=ending).status_code == 303
    assert visitor.hand_in(requests[1], **possession(stage, requests[1], 3404)).status_code == 403
    assert "just confirmed" not in buyers[0].client.get(early).text


# --- organisations


def test_nobody_deletes_their_account_out_of_an_organisation(stage: Stage) -> None:
    """A key that speaks for a brand would be left without its member, or a brand without anybody who manages it."""
    admin = Member(stage, "bazar", "Only", 3500, StaffRole.ADMIN)
    assert admin.post("/my/account", "/my/leave", sure="1").status_code == 409
    with stage.ledger.store.read() as tx:
        assert tx.people.get(admin.person.id) is not None


def test_an_admin_who_goes_leaves_no_way_back_in(stage: Stage) -> None:
    """An invitation made beforehand, its link kept, would make them admin again."""
    stays = Member(stage, "luxcheck", "Stays", 3510, StaffRole.ADMIN)
    goes = Member(stage, "luxcheck", "Goes", 3511, StaffRole.ADMIN)
    inviting = operator_as(stage.ledger, "luxcheck")
    from dataclasses import replace

    _, link = invite(stage.ledger, replace(inviting, person=goes.person.id), "", "Again", [StaffRole.ADMIN])
    change_roles(stage.ledger, replace(inviting, person=stays.person.id), goes.person.id, ())
    with stage.ledger.store.read() as tx:
        session = tx.people.session(session_id(goes.secret), stage.ledger.now())
    assert session is not None
    with pytest.raises(LedgerError, match="taken back"):
        accept_invitation(stage.ledger, Visit(session, goes.person), link.rsplit("/", 1)[1])


def test_an_approval_covers_nothing_that_was_changed_while_it_was_signed(stage: Stage) -> None:
    """The applicant takes the application back, changes it and sends it again while the second admin’s finger moves."""
    from ledger.domain.organisations import Role
    from ledger.services.join_application import begin_application, change_again, change_company, send_application

    ledger = stage.ledger
    one = Member(stage, "luxcheck", "Applicant", 3520, StaffRole.VIEWER)
    two = Member(stage, "luxcheck", "Second", 3521, StaffRole.VIEWER)
    with ledger.store.read() as tx:
        sessions = [tx.people.session(session_id(who.secret), ledger.now()) for who in (one, two)]
    applicant, second = [
        Visit(session, who.person) for session, who in zip(sessions, (one, two), strict=True) if session is not None
    ]
    given: Any = {"slug": "newcomer", "role": Role.AUTHENTICATOR, "domain": "newcomer.example"}
    new = begin_application(ledger, applicant, name="Newcomer", own_name="Applicant", **given)
    with ledger.store.write() as tx:
        tx.joining.change(new.id, second=two.person.id, second_email="second@example.com", second_asked_at=1)
    send_application(ledger, applicant, new.id)
    errand = begin_confirm(ledger, second, "second_admin", new.id, ["Newcomer"], "/")
    stage.ahead += 60
    change_again(ledger, applicant, new.id)
    change_company(ledger, applicant, new.id, name="Something else", **given)
    send_application(ledger, applicant, new.id)
    visitor = Visitor(stage, two.client, 3521)
    answer = asserted(stage, errand.request, 3521, credential_of(stage, two.person))
    assert visitor.hand_in(errand.request, **answer).status_code == 409
    with ledger.store.read() as tx:
        found = tx.joining.get(new.id)
        assert found is not None
        assert found.second_approved_at is None


# --- what is left behind


def test_an_errand_of_somebody_who_left_names_them_no_more(stage: Stage, owner: Visitor) -> None:
    """An account that an errand has made is linked to its item by that errand too."""
    item, code = one_card(stage)
    request = owner.begin(f"/items/{sealed(stage.ledger, item.item)}/claim")
    key = owner.passkey(bytes(32))
    person = unb64(request["person"]["handle"]).decode()
    with stage.ledger.store.write() as tx:
        tx.people.add(Person(person, stage.ledger.now()))
        x, y = key.public[:32], key.public[32:64]
        tx.people.add_passkey(Passkey(stage.ledger.new_id("pk"), person, b"new-" + person.encode(), x, y, "One", 1))
    own = {"credential": b64(b"new-" + person.encode()), "x": "0x" + x.hex(), "y": "0x" + y.hex()}
    answer = claim_answer(stage, owner, request | {"keys": [own]}, code)
    assert owner.hand_in(request, **answer).status_code == 200
    stage.follow()
    left = owner.client.post("/my/leave", data={"sure": "1", "csrf_token": owner.token()})
    assert left.status_code == 200
    with stage.ledger.store.read() as tx:
        assert tx.errands.get(request["errand"]) is None


def test_a_serial_of_slashes_leads_the_receipt_to_no_other_item(stage: Stage) -> None:
    from types import SimpleNamespace

    from ledger.services import receipt

    told: list[Any] = []
    shown = {"maker": "M", "name": "N", "gtin": "09521234543213", "serial": "A/../B%2F", "detail": ""}
    owner = dict.fromkeys(("since", "blind", "x", "y", "tag_answered_at"))
    made = {"item": shown, "owner": owner | {"address": "0x"}, "ledger": {"chain_id": 1, "contract": "0x"}}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(receipt, "receipt_json", lambda *_: made)
        patched.setattr(receipt, "write_receipt", told.append)
        receipt.receipt_pdf(stage.ledger, SimpleNamespace())  # type: ignore[arg-type]
    assert told[0].link.endswith("/01/09521234543213/21/A%2F..%2FB%252F")


def test_a_member_takes_no_passkey_away_with_which_they_sign_for_their_organisation(stage: Stage) -> None:
    """The ledger would go on taking its word: who leaves later has the key of their then oldest passkey ended."""
    member = Member(stage, "luxcheck", "Two keys", 3530, StaffRole.INSPECTOR)
    signs, public = member.key.passkey, passkey(3531, bytes(32)).public
    with stage.ledger.store.write() as tx:
        more = Passkey(
            "pk_zz3531", member.person.id, b"3531", public[:32], public[32:64], "More", stage.ledger.now() + 1
        )
        tx.people.add_passkey(more)
    assert member.post("/my/account", f"/my/account/passkeys/{signs}", remove="1").status_code == 409
    assert member.key.passkey == signs
    assert member.post("/my/account", f"/my/account/passkeys/{more.id}", remove="1").status_code == 303


def test_what_finders_wrote_to_an_owner_goes_with_the_owner(stage: Stage, owner: Visitor) -> None:
    item = claimed(stage, owner, known(stage, owner))
    told = {"text": "CANARY-FOUND", "contact": "finder@example.com"}
    assert owner.client.post(f"/items/{sealed(stage.ledger, item)}/tell/found_it", data=told).status_code == 200
    assert "CANARY-FOUND" in owner.client.get(f"/my/items/{item:064x}").text
    left = owner.client.post("/my/leave", data={"sure": "1", "csrf_token": owner.token()})
    assert left.status_code == 200
    with stage.ledger.store.read() as tx:
        assert not tx.asks.messages_of(item, 0, to_owner=True)


def test_the_words_behind_an_offer_turn_no_letters_round(stage: Stage, owner: Visitor) -> None:
    """A price that is written backwards is shown as another than was kept."""
    item = claimed(stage, owner, known(stage, owner))
    request = owner.begin(f"/my/items/{item:064x}/handover", days="7", price="\u202e00,1 EUR\u202c\u2066")
    [words] = request["words"].values()
    assert words["body"] == {"price": "00,1 EUR"}
