"""Letters: what can be one, where servers are, and that nothing in a letter becomes a header."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP, default

import pytest

from ledger.domain.errors import Invalid
from ledger.domain.mail_server import mail_server, sender
from ledger.domain.mails import GAPS, TRIES, Mail, address, gap_after, mail
from ledger.outward.post_office import written
from ledger.settings import Settings, read_settings

FROM = ("Touchmark", "ledger@example.com")


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("anna@example.com", "anna@example.com"),
        (" Anna.Rossi+bags@Example.COM ", "Anna.Rossi+bags@example.com"),
        ("zoé@example.com".replace("é", "e"), "zoe@example.com"),
        ("li@例え.example", "li@xn--r8jz45g.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_an_address_is_trimmed_and_its_domain_made_ascii(typed: str, used: str) -> None:
    assert address(typed) == used


@pytest.mark.parametrize(
    "typed",
    [
        "", "anna", "@example.com", "anna@", "anna@@example.com", "a b@example.com", "anna@exa mple.com",
        "anna@-a.com", "anna@a..com", ".a@b.com", "a.@b.com", "anna@example.com\nBcc: all@example.com",
        "anna@example.com\r\n.\r\n", "<anna@example.com>", "Anna <anna@example.com>", "a@b.com,c@d.com",
        "zoé@example.com",
        "a" * 65 + "@example.com", "a@" + "b" * 64 + ".com", "a@" + "b." * 130 + "com", "a@b.com" + " " * 600,
        "a\0@b.com",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid, match=r"name@example\.com"):
        address(typed)


@pytest.mark.parametrize("subject", ["", " ", "a\nBcc: b@c.com", "a\r\nb", "x" * 201, "a\x7f", "a\u2028b"])
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises(Invalid, match="one line"):
        mail("anna@example.com", subject, "Text.")


@pytest.mark.parametrize("text", ["", "\n", "x" * 20_001, "a\rb", "a\0b", "a\x1b[31m"])
def test_a_text_has_no_control_characters_but_line_ends(text: str) -> None:
    with pytest.raises(Invalid, match="characters"):
        mail("anna@example.com", "Subject", text)


def test_even_a_letter_that_was_never_checked_grows_no_header() -> None:
    with pytest.raises(ValueError):
        written("mail_1", Mail("anna@example.com", "Hello\nBcc: all@example.com", "Text."), 0, FROM, SMTP)


@pytest.mark.parametrize("subject", ["Votre lien de connexion", "您的登录链接", "É" * 200])
def test_a_letter_arrives_as_it_was_written(subject: str) -> None:
    link = "https://ledger.example/" + "x" * 300
    text = f"Bonjour Zoé,\n\n{link}\n.\nFrom here on.\n"
    letter = written(
        "mail_1", mail("anna@example.com", subject, text), 1_700_000_000, FROM, SMTP.clone(cte_type="7bit")
    )
    assert letter.as_bytes().isascii()
    read = message_from_bytes(letter.as_bytes(), policy=default)
    assert read["Subject"] == subject
    assert read.get_content().replace("\r\n", "\n") == text
    assert read["Message-ID"] == "<mail_1@example.com>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"].datetime.timestamp() == 1_700_000_000


def test_the_tries_take_about_a_day_and_come_to_an_end() -> None:
    gaps = [gap_after(tries) for tries in range(1, TRIES + 1)]
    assert gaps == [*GAPS, None]
    assert list(GAPS) == sorted(GAPS)
    assert 20 * 3600 < sum(GAPS) < 28 * 3600


def test_a_server_is_read_from_its_address() -> None:
    server = mail_server("smtp://ledger%40example.com:p%3A%2Fw@mail.example.com")
    assert (server.host, server.port, server.starttls, server.implicit_tls) == ("mail.example.com", 587, True, False)
    assert (server.user, server.password) == ("ledger@example.com", "p:/w")
    assert "p:/w" not in repr(server)
    assert mail_server("smtps://mail.example.com").port == 465
    assert not mail_server("smtp://localhost:25").starttls
    assert mail_server("smtp://localhost:25?starttls=yes").starttls
    assert not mail_server("smtp://mail.example.com?starttls=no").starttls


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example.com", "http://mail.example.com", "smtp://", "smtp://h:99999", "smtp://h/path", "smtp://u@h",
        "smtp://h?starttls=maybe", "smtp://h?tls=yes", "smtps://h?starttls=yes", "smtp://h#x", "smtp://h:p4ss",
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_read_is_named_without_its_password(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        mail_server(url)
    assert "p4ss" not in refused.value.detail


def test_a_wrong_setting_names_its_variable_and_keeps_the_password_to_itself() -> None:
    with pytest.raises(Invalid, match="TOUCHMARK_SMTP_URL") as refused:
        read_settings(smtp_url="ftp://u:geheim@h")
    assert "geheim" not in str(refused.value)
    with pytest.raises(ValueError) as raw:
        Settings(smtp_url="ftp://u:geheim@h")
    assert "geheim" not in str(raw.value)
    assert "geheim" not in repr(Settings(smtp_url="smtp://u:geheim@h"))
    with pytest.raises(Invalid, match="TOUCHMARK_MAIL_FROM"):
        read_settings(mail_from="Maison\nBcc: x <a@b.com>")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a@b.com", ("", "a@b.com")),
        ("Maison d’Été <a@b.com>", ("Maison d’Été", "a@b.com")),
        ("<a@b.com>", ("", "a@b.com")),
    ],
)
def test_a_sender_has_a_name_or_none(text: str, read: tuple[str, str]) -> None:
    assert sender(text) == read


@pytest.mark.parametrize(
    "text", ["", "Name", "Name <a@b.com", 'Na"me <a@b.com>', "a <b> <a@b.com>", "N\nX: y <a@b.com>"]
)
def test_a_sender_that_could_be_two_things_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        sender(text)
