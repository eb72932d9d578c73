"""What leaves the ledger, in threads of its own: a slow receiver holds up neither the chain nor anybody else's post.

Every thread may be killed at any moment: what it had taken is due again a little later, under the same name.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from ledger.bootstrap import build
from ledger.domain.errors import LedgerError
from ledger.domain.mail_server import mail_server, sender
from ledger.domain.webhooks import Delivery
from ledger.outward.courier import HttpCourier
from ledger.outward.domain_reader import PublicDomainReader
from ledger.outward.post_office import FilePostman, SmtpPostman
from ledger.services.deliver_webhooks import deliver, forget_old_messages, take_delivery
from ledger.services.desk.watch_notice import WatchKeeper
from ledger.services.join_domain import look_at_next_domain
from ledger.services.mails_port import Postman
from ledger.services.ports import Ledger
from ledger.services.send_mail import forget_old_mails, send_next_mail
from ledger.services.tell_alerts import tell_alerts
from ledger.services.tell_webhooks import tell_final
from ledger.services.webhooks_port import Courier
from ledger.settings import Settings

log = structlog.get_logger("post")

_IDLE: Final = 0.3
_AT_ONCE: Final = 8
"""Organisations that are delivered to at the same time."""
_AWAY: Final = 1.0
_TIDY_EVERY: Final = 3_600.0
_ALERTS_EVERY: Final = 20.0


class PostRoom:
    """Carries what is due until told to stop. Its threads end with the process, whatever they wait for."""

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        ledger = self._ledger = build(settings)
        man = postman(settings)
        reader = PublicDomainReader(settings.name_server)
        self._rounds = _Rounds(ledger, HttpCourier(private=settings.allow_private_webhooks))
        self._threads = [
            _thread("letters", stop, lambda: send_next_mail(ledger, man)),
            _thread("webhooks", stop, self._rounds.turn),
            _thread("domains", stop, lambda: look_at_next_domain(ledger, reader)),
            _thread("watches", stop, WatchKeeper(ledger).turn),
            _thread("alerts", stop, _every(_ALERTS_EVERY, lambda: tell_alerts(ledger))),
            _thread("tidying", stop, _every(_TIDY_EVERY, lambda: _tidy(ledger))),
        ]

    def close(self, seconds: float) -> None:
        """Give what is at work some seconds to end, after `stop`; what does not is done again by whoever comes next."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._rounds.join(max(0.0, deadline - time.monotonic()))
        if not self._rounds.at_work and not any(thread.is_alive() for thread in self._threads):
            self._ledger.store.close()


class _Rounds:
    """Tells what became final, and delivers: some receivers at a time, of one organisation one at a time.

    So whoever adds an address that hangs waits for it alone.
    """

    def __init__(self, ledger: Ledger, courier: Courier) -> None:
        self._ledger = ledger
        self._courier = courier
        self._busy: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    @property
    def at_work(self) -> int:
        """How many deliveries are under way."""
        with self._lock:
            return len(self._busy)

    def turn(self) -> bool:
        """Whether there may be more to do at once."""
        more = tell_final(self._ledger)
        with self._lock:
            busy = tuple(self._busy)
        if len(busy) >= _AT_ONCE:
            return more
        taken = take_delivery(self._ledger, busy)
        if taken is None:
            return more
        thread = threading.Thread(target=self._deliver, args=(taken,), name=f"webhook {taken.id}", daemon=True)
        with self._lock:
            self._busy[taken.organisation] = thread
        thread.start()
        return True

    def join(self, seconds: float) -> None:
        """Wait for what is under way, for some seconds."""
        deadline = time.monotonic() + seconds
        with self._lock:
            threads = tuple(self._busy.values())
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _deliver(self, taken: Delivery) -> None:
        try:
            deliver(self._ledger, self._courier, taken)
        except LedgerError as error:
            log.error("post.away", part="webhooks", reason=error.detail)
        except Exception:
            log.exception("post.broken", part="webhooks", delivery=taken.id)
        finally:
            with self._lock:
                del self._busy[taken.organisation]


def postman(settings: Settings) -> Postman:
    """Who carries letters, by the settings."""
    whom = sender(settings.mail_from)
    if settings.smtp_url is None:
        return FilePostman(settings.data / "outbox", whom)
    return SmtpPostman(mail_server(settings.smtp_url.get_secret_value()), whom)


def _tidy(ledger: Ledger) -> None:
    forget_old_mails(ledger)
    forget_old_messages(ledger)


def _every(seconds: float, act: Callable[[], object]) -> Callable[[], bool]:
    """A turn that does `act` now and then; where it fails, at the next turn again."""
    due = time.monotonic()

    def turn() -> bool:
        nonlocal due
        if time.monotonic() >= due:
            act()
            due = time.monotonic() + seconds
        return False

    return turn


def _thread(name: str, stop: threading.Event, turn: Callable[[], bool]) -> threading.Thread:
    """A thread that does `turn` again and again, at once where there may be more."""

    def work() -> None:
        while not stop.is_set():
            pause = _IDLE
            try:
                if turn():
                    pause = 0.0
            except LedgerError as error:
                log.error("post.away", part=name, reason=error.detail)
                pause = _AWAY
            except Exception:
                # One letter or receiver that we cannot cope with must not end the post of everybody else.
                log.exception("post.broken", part=name)
                pause = _AWAY
            stop.wait(pause)

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread
