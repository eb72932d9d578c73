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
from ledger.outward.post_office import FilePostman, SmtpPostman
from ledger.services.mails_port import Postman
from ledger.services.ports import Ledger
from ledger.services.send_mail import forget_old_mails, send_next_mail
from ledger.settings import Settings

log = structlog.get_logger("post")

_IDLE: Final = 0.3
_AWAY: Final = 1.0
_TIDY_EVERY: Final = 3_600.0


class PostRoom:
    """Carries what is due until told to stop. Its threads end with the process, whatever they wait for."""

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        ledger = self._ledger = build(settings)
        man = postman(settings)
        self._threads = [
            _thread("letters", stop, lambda: send_next_mail(ledger, man)),
            _thread("tidying", stop, _tidy(ledger)),
        ]

    def close(self, seconds: float) -> None:
        """Give what is at work some seconds to end, after `stop`; what does not is done again by whoever comes next."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if not any(thread.is_alive() for thread in self._threads):
            self._ledger.store.close()


def postman(settings: Settings) -> Postman:
    """Who carries letters, by the settings."""
    whom = sender(settings.mail_from)
    if settings.smtp_url is None:
        return FilePostman(settings.data / "outbox", whom)
    return SmtpPostman(mail_server(settings.smtp_url.get_secret_value()), whom)


def _tidy(ledger: Ledger) -> Callable[[], bool]:
    due = time.monotonic()

    def tidy() -> bool:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + _TIDY_EVERY
            forget_old_mails(ledger)
        return False

    return tidy


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
