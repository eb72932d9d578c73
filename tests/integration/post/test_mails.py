"""Letters, from the promise to the outcome: to a server that takes, refuses or dies, and to a folder."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from ledger import post_room
from ledger.domain.errors import Invalid
from ledger.domain.mail_server import mail_server
from ledger.domain.mails import GAPS, TRIES, Mail, Outcome
from ledger.outward.post_office import FilePostman, SmtpPostman
from ledger.services.mails_port import NotNow, Postman
from ledger.services.ports import Ledger
from ledger.services.send_mail import HELD, KEPT_FOR, forget_old_mails, queue_mail, send_next_mail
from ledger.settings import Settings
from ledger.storage.tables_mails import mails
from tests.support.world import Clock

FROM = ("Touchmark", "ledger@example.com")
TEXT = "Open this to sign in: https://ledger.example/s/Zoé\n"


class Server:
    """A mail server of the test's own: keeps what it takes; `says` answers a command instead of taking."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.says: dict[str, str] = {}
        self.before: Callable[[], None] = lambda: None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if "RCPT" in self.says:
            return self.says["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if "DATA" in self.says:
            return self.says["DATA"]
        self.taken.append(envelope.content)
        self.before()
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    with listening(Server()) as made:
        yield made


@contextmanager
def listening(handler: Server) -> Iterator[tuple[Server, str]]:
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def promise(ledger: Ledger, to: str = "anna@example.com") -> str:
    with ledger.store.write() as tx:
        return queue_mail(ledger, tx, to, "Your link", TEXT)


def became(ledger: Ledger, id: str) -> Outcome:
    with ledger.store.read() as tx:
        kept = tx.mails.get(id)
    assert kept is not None
    # What was in it goes with its sending, and never before.
    assert (kept.sealed is None) == (kept.outcome is not Outcome.WAITING)
    return kept.outcome


def to(url: str) -> Postman:
    return SmtpPostman(mail_server(url), FROM)


def test_a_letter_is_delivered_and_what_was_in_it_forgotten(ledger: Ledger, server: tuple[Server, str]) -> None:
    taking, url = server
    id = promise(ledger)
    assert send_next_mail(ledger, to(url))
    assert not send_next_mail(ledger, to(url))
    [read] = [message_from_bytes(one, policy=default) for one in taking.taken]
    assert (read["To"], read["Subject"]) == ("anna@example.com", "Your link")
    assert read.get_content().replace("\r\n", "\n") == TEXT
    assert became(ledger, id) is Outcome.SENT


def test_a_letter_is_kept_with_what_made_it_necessary_or_not_at_all(ledger: Ledger) -> None:
    def fail_after_the_promise() -> None:
        with ledger.store.write() as tx:
            queue_mail(ledger, tx, "anna@example.com", "Your link", TEXT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_the_promise()
    with pytest.raises(Invalid), ledger.store.write() as tx:
        queue_mail(ledger, tx, "nobody", "Your link", TEXT)
    with ledger.store.read() as tx:
        assert tx.mails.waiting() == (0, None)


def test_nothing_in_the_database_says_to_whom_or_what(ledger: Ledger) -> None:
    promise(ledger)
    with ledger.store.read() as tx:
        row = tx.connection.execute(select(mails)).one()  # type: ignore[attr-defined]
    assert b"anna" not in repr(row).encode() + row.sealed
    assert b"sign in" not in row.sealed


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_final_refusal_is_final(ledger: Ledger, server: tuple[Server, str], command: str) -> None:
    refusing, url = server
    refusing.says = {command: "550 no such anna@example.com"}
    id = promise(ledger)
    assert send_next_mail(ledger, to(url))
    assert became(ledger, id) is Outcome.REFUSED
    with ledger.store.read() as tx:
        kept = tx.mails.get(id)
        assert kept is not None
        assert kept.reply == 550
        assert tx.mails.failed_since(0) == 1


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_passing_refusal_is_tried_again_later(
    ledger: Ledger, clock: Clock, server: tuple[Server, str], command: str
) -> None:
    refusing, url = server
    refusing.says = {command: "451 later"}
    id = promise(ledger)
    assert send_next_mail(ledger, to(url))
    assert became(ledger, id) is Outcome.WAITING
    assert not send_next_mail(ledger, to(url))
    refusing.says = {}
    clock.ahead += GAPS[0] + 1
    assert send_next_mail(ledger, to(url))
    assert became(ledger, id) is Outcome.SENT
    assert len(refusing.taken) == 1


def test_a_server_that_is_away_is_tried_for_a_day_and_then_the_letter_is_given_up(ledger: Ledger, clock: Clock) -> None:
    away = to(f"smtp://127.0.0.1:{free_port()}")
    id = promise(ledger)
    tries = 0
    while became(ledger, id) is Outcome.WAITING:
        tries += send_next_mail(ledger, away)
        clock.ahead += 600
        assert clock.ahead < 3 * 86_400
    assert tries == TRIES
    assert became(ledger, id) is Outcome.GIVEN_UP


def test_a_server_without_starttls_gets_nothing_where_it_is_asked_for(
    ledger: Ledger, server: tuple[Server, str]
) -> None:
    plain, url = server
    id = promise(ledger)
    assert send_next_mail(ledger, to(url + "?starttls=yes"))
    assert plain.taken == []
    assert became(ledger, id) is Outcome.WAITING


def test_a_wrong_password_is_the_operators_fault_and_not_the_letters(
    ledger: Ledger, server: tuple[Server, str]
) -> None:
    _, url = server
    id = promise(ledger)
    assert send_next_mail(ledger, to(url.replace("://", "://user:wrong@")))
    assert became(ledger, id) is Outcome.WAITING


def test_a_server_that_does_not_say_goodbye_does_not_get_the_letter_twice(
    ledger: Ledger, server: tuple[Server, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taking, url = server

    def hang_up(self: smtplib.SMTP) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(smtplib.SMTP, "quit", hang_up)
    id = promise(ledger)
    assert send_next_mail(ledger, to(url))
    assert became(ledger, id) is Outcome.SENT
    assert len(taking.taken) == 1


def test_without_a_server_a_letter_becomes_a_file_that_only_its_user_can_read(
    ledger: Ledger, settings: Settings
) -> None:
    man = post_room.postman(settings)
    id = promise(ledger)
    assert send_next_mail(ledger, man)
    [file] = (settings.data / "outbox").iterdir()
    assert file.name.endswith(f"-{id}.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    content = file.read_bytes()
    assert "https://ledger.example/s/Zoé".encode() in content
    assert message_from_bytes(content, policy=default)["To"] == "anna@example.com"
    assert became(ledger, id) is Outcome.FILED


def test_the_same_letter_again_is_the_same_file(tmp_path: Path) -> None:
    man = FilePostman(tmp_path / "outbox", FROM)
    letter = Mail("anna@example.com", "Your link", TEXT)
    for _ in range(2):
        man.carry("mail_1", letter, 1_700_000_000)
    assert [one.name for one in (tmp_path / "outbox").iterdir()] == ["20231114T221320Z-mail_1.eml"]


def test_a_folder_that_cannot_be_written_keeps_the_letter_waiting(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    id = promise(ledger)
    assert send_next_mail(ledger, FilePostman(tmp_path / "outbox", FROM))
    assert became(ledger, id) is Outcome.WAITING


def test_two_workers_send_a_letter_once(ledger: Ledger, server: tuple[Server, str]) -> None:
    taking, url = server
    taking.before = lambda: time.sleep(0.2)
    ids = [promise(ledger) for _ in range(4)]
    man = to(url)

    def work() -> None:
        while send_next_mail(ledger, man):
            pass

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert len(taking.taken) == 4
    assert {became(ledger, id) for id in ids} == {Outcome.SENT}


KILLED = """
import os, sys, time
from ledger.bootstrap import build
from ledger.settings import Settings
from ledger.services.send_mail import send_next_mail

class Dying:
    def carry(self, id, mail, at):
        print(id, flush=True)
        time.sleep(60)

send_next_mail(build(Settings(data=sys.argv[1], database_url=sys.argv[2])), Dying())
"""


def test_a_worker_killed_in_the_middle_sends_late_and_loses_nothing(
    ledger: Ledger, settings: Settings, clock: Clock, server: tuple[Server, str]
) -> None:
    taking, url = server
    id = promise(ledger)
    assert settings.database_url
    line = [sys.executable, "-c", KILLED, str(settings.data), settings.database_url]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout
        assert dying.stdout.readline().strip() == id
        os.kill(dying.pid, signal.SIGKILL)
    assert not send_next_mail(ledger, to(url))
    clock.ahead += HELD + 1
    assert send_next_mail(ledger, to(url))
    assert became(ledger, id) is Outcome.SENT
    [read] = [message_from_bytes(one, policy=default) for one in taking.taken]
    assert read["Message-ID"] == f"<{id}@example.com>"


def test_a_worker_that_dies_at_every_try_does_not_keep_the_letter_for_ever(ledger: Ledger, clock: Clock) -> None:
    class Dying:
        def carry(self, id: str, mail: Mail, at: int) -> Outcome:
            raise SystemExit

    id = promise(ledger)
    tries = 0
    while became(ledger, id) is Outcome.WAITING:
        try:
            send_next_mail(ledger, Dying())
        except SystemExit:
            tries += 1
        clock.ahead += 6 * 3600 + 1
    assert tries == TRIES
    assert became(ledger, id) is Outcome.GIVEN_UP


def test_the_worker_carries_letters_beside_the_chain(settings: Settings, ledger: Ledger) -> None:
    id = promise(ledger)
    stop = threading.Event()
    room = post_room.PostRoom(settings, stop)
    deadline = time.monotonic() + 20
    while became(ledger, id) is Outcome.WAITING and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    room.close(10)
    assert became(ledger, id) is Outcome.FILED


def test_outcomes_are_forgotten_after_a_month_and_what_waits_never(
    ledger: Ledger, clock: Clock, settings: Settings
) -> None:
    done = promise(ledger)
    send_next_mail(ledger, post_room.postman(settings))
    waiting = promise(ledger)
    clock.ahead += KEPT_FOR + 10
    forget_old_mails(ledger)
    with ledger.store.read() as tx:
        assert tx.mails.get(done) is None
        assert tx.mails.get(waiting) is not None


def test_no_address_is_ever_logged(
    ledger: Ledger, server: tuple[Server, str], capfd: pytest.CaptureFixture[str]
) -> None:
    refusing, url = server
    for says in ("550 no anna@example.com", "451 later, anna@example.com"):
        refusing.says = {"RCPT": says}
        promise(ledger)
        assert send_next_mail(ledger, to(url))
    with pytest.raises(NotNow):
        to("smtp://127.0.0.1:1").carry("mail_1", Mail("anna@example.com", "Your link", TEXT), 0)
    said = "".join(capfd.readouterr())
    assert "mail.done" in said
    assert "mail.postponed" in said
    assert "anna" not in said
    assert "link" not in said
