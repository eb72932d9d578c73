"""Deliveries, from the message to the log: signed, tried again, given up, replayed; a dead worker loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from ledger.domain.errors import Conflict, Forbidden, Invalid, Unknown
from ledger.domain.organisations import Caller, Organisation, Role, Scope
from ledger.domain.people import Membership, Person, StaffRole
from ledger.domain.webhooks import (
    FAILING_FOR,
    MOST_ENDPOINTS,
    ROTATION,
    TRIES,
    Delivery,
    EventType,
    Off,
    State,
)
from ledger.outward.courier import SECONDS, HttpCourier
from ledger.post_room import PostRoom
from ledger.services.deliver_webhooks import HELD, KEPT_FOR, deliver, forget_old_messages, take_delivery
from ledger.services.ports import Ledger
from ledger.services.queue_message import queue_message, replay, replay_failed, send_test
from ledger.services.webhook_endpoints import add_endpoint, disable, enable, own_endpoints, remove, rotate_secret
from ledger.settings import Settings
from ledger.storage.tables_webhooks import webhook_endpoints
from tests.integration.post.receivers import Receiver, receiving, status
from tests.support.world import Clock

COURIER = HttpCourier(private=True, seconds=1.0)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allow_private_webhooks": True})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def organisation(ledger: Ledger, slug: str) -> Caller:
    made = Organisation(ledger.new_id("org"), slug, slug.title(), Role.BRAND, f"{slug}.example", "0x" + "1" * 40, 0)
    with ledger.store.write() as tx:
        tx.organisations.add(made, None, ())
    return Caller(made, frozenset(Scope))


@pytest.fixture
def brand(ledger: Ledger) -> Caller:
    return organisation(ledger, "maison")


def tell(ledger: Ledger, brand: Caller, type: EventType = EventType.ITEM_CLAIMED, **more: object) -> str | None:
    with ledger.store.write() as tx:
        return queue_message(ledger, tx, brand.organisation.id, type, {"item": {"serial": "É1"}}, **more)  # type: ignore[arg-type]


def rounds(ledger: Ledger) -> int:
    """Deliver whatever is due now; how many tries that was."""
    count = 0
    while (taken := take_delivery(ledger)) is not None:
        deliver(ledger, COURIER, taken)
        count += 1
    return count


def log(ledger: Ledger, endpoint: str) -> list[Delivery]:
    with ledger.store.read() as tx:
        found: list[Delivery] = tx.webhooks.deliveries(endpoint, None, None, 100)
        return found


def test_a_message_is_delivered_once_and_its_signature_holds(ledger: Ledger, brand: Caller, receiver: Receiver) -> None:
    endpoint, secret = add_endpoint(ledger, brand, receiver.url)
    message = tell(ledger, brand)
    assert rounds(ledger) == 1
    assert rounds(ledger) == 0
    [got] = receiver.got
    assert got.headers["webhook-id"] == message
    told = Webhook(secret).verify(got.body, got.headers)
    assert told["type"] == "item.claimed"
    assert told["data"] == {"item": {"serial": "É1"}}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body + b" ", got.headers)
    [done] = log(ledger, endpoint.id)
    assert (done.state, done.status, done.attempts) == (State.DELIVERED, 200, 1)
    with ledger.store.read() as tx:
        [attempt] = tx.webhooks.attempts(done.id)
    assert (attempt.status, attempt.response, attempt.problem) == (200, "ok", None)


def test_a_secret_is_shown_once_and_kept_sealed(ledger: Ledger, brand: Caller, receiver: Receiver) -> None:
    _, secret = add_endpoint(ledger, brand, receiver.url)
    with ledger.store.read() as tx:
        row = tx.connection.execute(select(webhook_endpoints)).one()  # type: ignore[attr-defined]
    assert secret.startswith("whsec_")
    assert secret.removeprefix("whsec_").encode() not in row.sealed


def test_during_a_rotation_both_secrets_verify_and_after_it_the_new_one_alone(
    ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock
) -> None:
    endpoint, old = add_endpoint(ledger, brand, receiver.url)
    new = rotate_secret(ledger, brand, endpoint.id)
    tell(ledger, brand)
    rounds(ledger)
    for secret in (old, new):
        Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)
    clock.ahead += ROTATION + 1
    tell(ledger, brand)
    rounds(ledger)
    assert signs(new, receiver)
    assert not signs(old, receiver)


def signs(secret: str, receiver: Receiver) -> bool:
    """Whether the last request carries this secret's signature; the test's clock runs ahead, so by hand."""
    got = receiver.got[-1]
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    wanted = Webhook(secret).sign(got.headers["webhook-id"], at, got.body.decode())
    return wanted in got.headers["webhook-signature"].split(" ")


def test_a_stolen_secret_ends_at_once(ledger: Ledger, brand: Caller, receiver: Receiver) -> None:
    endpoint, old = add_endpoint(ledger, brand, receiver.url)
    new = rotate_secret(ledger, brand, endpoint.id, at_once=True)
    tell(ledger, brand)
    rounds(ledger)
    assert signs(new, receiver)
    assert not signs(old, receiver)


def test_many_rotations_leave_three_secrets_and_prolong_none(
    ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock
) -> None:
    endpoint, first = add_endpoint(ledger, brand, receiver.url)
    for _ in range(4):
        clock.ahead += 60
        rotate_secret(ledger, brand, endpoint.id)
    tell(ledger, brand)
    rounds(ledger)
    assert len(receiver.got[0].headers["webhook-signature"].split(" ")) == 3
    assert not signs(first, receiver)


@pytest.mark.parametrize("code", [301, 400, 404, 500, 503])
def test_what_is_no_success_is_tried_eight_times_over_a_day_and_then_failed(
    ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock, code: int
) -> None:
    receiver.answer = status(code, "no")
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    message = tell(ledger, brand)
    began = clock.ahead
    while log(ledger, endpoint.id)[0].state is State.WAITING:
        rounds(ledger)
        clock.ahead += 300
    assert 24 * 3600 < clock.ahead - began < 36 * 3600
    assert len(receiver.got) == TRIES
    assert {one.headers["webhook-id"] for one in receiver.got} == {message}
    assert len({one.headers["webhook-timestamp"] for one in receiver.got}) == TRIES
    [failed] = log(ledger, endpoint.id)
    assert (failed.state, failed.status, failed.attempts) == (State.FAILED, code, TRIES)


def test_the_second_try_comes_seconds_after_the_first(
    ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock
) -> None:
    clock.stop()
    receiver.answer = status(500)
    add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand)
    assert rounds(ledger) == 1
    clock.ahead += 4
    assert rounds(ledger) == 0
    receiver.answer = status(200)
    clock.ahead += 2
    assert rounds(ledger) == 1


def test_gone_switches_off_at_once_and_what_comes_after_can_be_replayed(
    ledger: Ledger, brand: Caller, receiver: Receiver
) -> None:
    receiver.answer = status(410)
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand)
    tell(ledger, brand)
    assert rounds(ledger) == 1
    with ledger.store.read() as tx:
        [off] = own_endpoints(tx, brand)
        assert off.disabled_why is Off.GONE
        assert tx.webhooks.health()[3] == 1
    tell(ledger, brand)
    assert [one.state for one in log(ledger, endpoint.id)] == [State.FAILED] * 3
    with pytest.raises(Conflict, match="switched off"):
        replay_failed(ledger, brand, endpoint.id)
    receiver.answer = status(200)
    enable(ledger, brand, endpoint.id)
    assert rounds(ledger) == 0
    assert replay_failed(ledger, brand, endpoint.id) == 3
    assert rounds(ledger) == 3
    assert [one.state for one in log(ledger, endpoint.id)] == [State.DELIVERED] * 3


def test_five_days_of_failing_switch_off_and_the_admins_are_told(
    ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock
) -> None:
    with ledger.store.write() as tx:
        for name, roles in (("anna", {StaffRole.ADMIN}), ("ben", {StaffRole.VIEWER})):
            person = Person(ledger.new_id("per"), 0)
            tx.people.add(person)
            tx.people.set_email(person.id, f"{name}@maison.example")
            tx.people.set_membership(Membership(person.id, brand.organisation.id, frozenset(roles), 0))
    receiver.answer = status(500)
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    began = clock.ahead
    while (found := current(ledger, endpoint.id)).on:
        assert clock.ahead - began < FAILING_FOR + 2 * 86_400
        tell(ledger, brand)
        rounds(ledger)
        clock.ahead += 6 * 3600
    assert clock.ahead - began >= FAILING_FOR
    assert found.disabled_why is Off.FAILING
    with ledger.store.read() as tx:
        assert tx.mails.waiting()[0] == 1


def test_one_success_begins_the_five_days_anew(ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock) -> None:
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    for day in range(12):
        receiver.answer = status(200 if day % 4 == 3 else 500)
        tell(ledger, brand)
        rounds(ledger)
        clock.ahead += 86_400
    assert current(ledger, endpoint.id).on


def current(ledger: Ledger, id: str):  # type: ignore[no-untyped-def]
    with ledger.store.read() as tx:
        found = tx.webhooks.endpoint(id)
    assert found is not None
    return found


def test_an_endpoint_hears_the_types_it_asked_for(ledger: Ledger, brand: Caller, receiver: Receiver) -> None:
    some, _ = add_endpoint(ledger, brand, receiver.url, ["item.reported"])
    every, _ = add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand, EventType.ITEM_CLAIMED)
    tell(ledger, brand, EventType.ITEM_REPORTED)
    assert [one.type for one in log(ledger, some.id)] == ["item.reported"]
    assert len(log(ledger, every.id)) == 2


def test_there_is_one_message_of_a_source(ledger: Ledger, brand: Caller, receiver: Receiver) -> None:
    add_endpoint(ledger, brand, receiver.url)
    assert tell(ledger, brand, source="abc") is not None
    assert tell(ledger, brand, source="abc") is None
    assert rounds(ledger) == 1


def test_a_test_message_goes_to_one_endpoint_whatever_it_asked_for(
    ledger: Ledger, brand: Caller, receiver: Receiver
) -> None:
    one, _ = add_endpoint(ledger, brand, receiver.url, ["item.reported"])
    other, _ = add_endpoint(ledger, brand, receiver.url)
    delivery = send_test(ledger, brand, one.id)
    assert rounds(ledger) == 1
    assert log(ledger, one.id)[0].id == delivery
    assert json.loads(receiver.got[0].body)["type"] == "webhook.test"
    assert log(ledger, other.id) == []
    disable(ledger, brand, one.id)
    with pytest.raises(Conflict):
        send_test(ledger, brand, one.id)


def test_a_replay_has_the_same_id_and_body_and_its_own_time(
    ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock
) -> None:
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand)
    rounds(ledger)
    clock.ahead += 100
    replay(ledger, brand, log(ledger, endpoint.id)[0].id)
    assert rounds(ledger) == 1
    first, again = receiver.got
    assert (first.body, first.headers["webhook-id"]) == (again.body, again.headers["webhook-id"])
    assert first.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    assert log(ledger, endpoint.id)[0].attempts == 2


def test_only_what_failed_since_then_is_replayed(
    ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock
) -> None:
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand)
    rounds(ledger)
    disable(ledger, brand, endpoint.id)
    tell(ledger, brand)
    clock.ahead += 1_000
    since = ledger.now()
    tell(ledger, brand)
    enable(ledger, brand, endpoint.id)
    assert replay_failed(ledger, brand, endpoint.id, since) == 1
    assert replay_failed(ledger, brand, endpoint.id) == 1
    assert rounds(ledger) == 2


def test_what_is_anothers_is_not_there(ledger: Ledger, brand: Caller, receiver: Receiver) -> None:
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand)
    [delivery] = log(ledger, endpoint.id)
    rival = organisation(ledger, "rival")
    for attempt in (
        lambda: rotate_secret(ledger, rival, endpoint.id),
        lambda: disable(ledger, rival, endpoint.id),
        lambda: enable(ledger, rival, endpoint.id),
        lambda: remove(ledger, rival, endpoint.id),
        lambda: send_test(ledger, rival, endpoint.id),
        lambda: replay(ledger, rival, delivery.id),
        lambda: replay_failed(ledger, rival, endpoint.id),
    ):
        with pytest.raises(Unknown):
            attempt()
    weak = replace(brand, scopes=frozenset(set(Scope) - {Scope.KEYS}))
    with pytest.raises(Forbidden):
        add_endpoint(ledger, weak, receiver.url)
    with pytest.raises(Forbidden):
        rotate_secret(ledger, weak, endpoint.id)
    assert current(ledger, endpoint.id) == endpoint


def test_what_cannot_be_an_endpoint_is_refused(ledger: Ledger, brand: Caller, receiver: Receiver) -> None:
    with pytest.raises(Invalid, match="no type"):
        add_endpoint(ledger, brand, receiver.url, ["item.stolen"])
    with pytest.raises(Invalid, match="one line"):
        add_endpoint(ledger, brand, receiver.url, (), "a\nb")
    with pytest.raises(Invalid, match="http://"):
        add_endpoint(ledger, brand, "http://example.com/")
    for _ in range(MOST_ENDPOINTS):
        add_endpoint(ledger, brand, receiver.url)
    with pytest.raises(Conflict, match="at most"):
        add_endpoint(ledger, brand, receiver.url)


def test_removing_forgets_the_log_and_what_was_under_way(ledger: Ledger, brand: Caller, receiver: Receiver) -> None:
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand)
    taken = take_delivery(ledger)
    assert taken is not None
    remove(ledger, brand, endpoint.id)
    deliver(ledger, COURIER, taken)
    assert receiver.got == []
    assert log(ledger, endpoint.id) == []


def test_removing_while_the_answer_is_awaited_breaks_nothing(ledger: Ledger, brand: Caller, receiver: Receiver) -> None:
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand)

    class Removing:
        def post(self, *what: object) -> object:
            remove(ledger, brand, endpoint.id)
            return COURIER.post(*what)  # type: ignore[arg-type]

    taken = take_delivery(ledger)
    assert taken is not None
    deliver(ledger, Removing(), taken)  # type: ignore[arg-type]
    assert log(ledger, endpoint.id) == []


KILLED = """
import sys, time
from ledger.bootstrap import build
from ledger.settings import Settings
from ledger.services.deliver_webhooks import deliver, take_delivery

class Dying:
    def post(self, url, headers, body):
        print(headers["webhook-id"], flush=True)
        time.sleep(60)

ledger = build(Settings(data=sys.argv[1], database_url=sys.argv[2]))
deliver(ledger, Dying(), take_delivery(ledger))
"""


def test_a_worker_killed_in_the_middle_loses_nothing_and_the_id_is_the_same(
    ledger: Ledger, settings: Settings, brand: Caller, receiver: Receiver, clock: Clock
) -> None:
    add_endpoint(ledger, brand, receiver.url)
    message = tell(ledger, brand)
    assert settings.database_url
    line = [sys.executable, "-c", KILLED, str(settings.data), settings.database_url]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout
        assert dying.stdout.readline().strip() == message
        os.kill(dying.pid, signal.SIGKILL)
    assert rounds(ledger) == 0
    clock.ahead += HELD + 1
    assert rounds(ledger) == 1
    assert receiver.got[0].headers["webhook-id"] == message


def test_a_worker_that_dies_at_every_try_does_not_try_for_ever(
    ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock
) -> None:
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand)
    taken = 0
    while log(ledger, endpoint.id)[0].state is State.WAITING:
        taken += take_delivery(ledger) is not None
        clock.ahead += 36_001
    assert taken == TRIES


def test_one_that_hangs_holds_up_nobody_else(
    ledger: Ledger, settings: Settings, brand: Caller, receiver: Receiver
) -> None:
    with receiving() as hanging:
        told = threading.Event()
        hanging.answer, hanging.then = b"", lambda _: told.wait(60)
        rival = organisation(ledger, "rival")
        add_endpoint(ledger, rival, hanging.url)
        add_endpoint(ledger, brand, receiver.url)
        for _ in range(3):
            tell(ledger, rival)
        tell(ledger, brand)
        stop = threading.Event()
        room = PostRoom(settings, stop)
        began = time.monotonic()
        while not receiver.got and time.monotonic() - began < 50:
            time.sleep(0.02)
        assert len(receiver.got) == 1, "while the other still hangs"
        given_up = int((time.monotonic() - began) / SECONDS)
        assert hanging.connections <= 1 + given_up, "of one organisation one at a time"
        stop.set()
        told.set()
    room.close(20)


def test_the_log_ends_after_ninety_days(ledger: Ledger, brand: Caller, receiver: Receiver, clock: Clock) -> None:
    endpoint, _ = add_endpoint(ledger, brand, receiver.url)
    tell(ledger, brand)
    rounds(ledger)
    clock.ahead += KEPT_FOR + 10
    tell(ledger, brand)
    forget_old_messages(ledger)
    assert len(log(ledger, endpoint.id)) == 1
