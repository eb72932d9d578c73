"""Letters handed to an SMTP server (RFC 5321), or laid into a folder where no server is set."""

from __future__ import annotations

import os
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from ledger.domain.mail_server import MailServer
from ledger.domain.mails import Mail, Outcome
from ledger.services.mails_port import Never, NotNow

_TIMEOUT: Final = 20.0
"""Seconds for each answer of the server."""
_TO_A_SERVER: Final = SMTP.clone(cte_type="7bit")
"""Servers may lack 8BITMIME; what is not ASCII is encoded."""
_TO_A_FILE: Final = SMTP.clone(max_line_length=998)
"""People read the file: links stay whole (998 is the longest line of RFC 5322, 2.1.1)."""


class SmtpPostman:
    """Hands letters to a server, one connection a letter."""

    def __init__(self, server: MailServer, sender: tuple[str, str], trust: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._sender = sender
        self._trust = trust or ssl.create_default_context()

    def carry(self, id: str, mail: Mail, at: int) -> Outcome:
        """SENT once the server has taken it. Raises NotNow, Never."""
        letter = written(id, mail, at, self._sender, _TO_A_SERVER)
        try:
            connection = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            # What is wrong before the letter was mentioned says nothing about the letter.
            raise NotNow(_reply(error)) from None
        try:
            connection.send_message(letter, self._sender[1], [mail.to])
        except smtplib.SMTPRecipientsRefused as refused:
            code = next((code for code, _ in refused.recipients.values()), None)
            raise (Never if _is_final(code) else NotNow)(code) from None
        except smtplib.SMTPDataError as refused:
            raise (Never if _is_final(refused.smtp_code) else NotNow)(refused.smtp_code) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(_reply(error)) from None
        finally:
            # Taken is taken: a server that does not say goodbye must not get the letter again.
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()
        return Outcome.SENT

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.implicit_tls:
            made: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT, context=self._trust)
        else:
            made = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT)
        try:
            if server.starttls:
                made.starttls(context=self._trust)
            if server.user is not None and server.password is not None:
                made.login(server.user, server.password)
        except BaseException:
            made.close()
            raise
        return made


class FilePostman:
    """Lays letters into a folder that only its user can read, each whole or not at all."""

    def __init__(self, folder: Path, sender: tuple[str, str]) -> None:
        self._folder = folder
        self._sender = sender

    def carry(self, id: str, mail: Mail, at: int) -> Outcome:
        """FILED; the same letter again is the same file. Raises NotNow where the disk does not take it."""
        content = written(id, mail, at, self._sender, _TO_A_FILE).as_bytes()
        name = f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}-{id}.eml"
        beside = self._folder / f".{name}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._folder / name)
        except OSError:
            raise NotNow from None
        return Outcome.FILED


def written(id: str, mail: Mail, at: int, sender: tuple[str, str], policy: EmailPolicy[EmailMessage]) -> EmailMessage:
    """The letter in the form of RFC 5322. Its Message-ID is its id, so that one sent twice is known to be the same."""
    name, address = sender
    letter = EmailMessage(policy)
    letter["From"] = Address(name, addr_spec=address)
    letter["To"] = Address(addr_spec=mail.to)
    letter["Subject"] = mail.subject
    letter["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    letter["Message-ID"] = f"<{id}@{address.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice should answer it
    letter.set_content(mail.text)
    return letter


def _reply(error: Exception) -> int | None:
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _is_final(code: int | None) -> bool:
    return code is not None and 500 <= code < 600
