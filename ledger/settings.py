"""Configuration, read from the environment by a function and checked at once; never at import."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.domain.errors import Fault, Invalid
from ledger.domain.mail_server import mail_server, sender

SECRETS: Final = Path("/run/secrets")
"""Where containers find secrets: a file named like a variable, in small letters, gives its value."""


class Settings(BaseSettings):
    """Every variable begins with `TOUCHMARK_`; OPERATIONS.md lists them."""

    model_config = SettingsConfigDict(env_prefix="TOUCHMARK_", extra="ignore", hide_input_in_errors=True)

    data: Path = Path("data")
    """Folder of everything that is kept: database, files, local chain."""
    database_url: str | None = None
    """SQLAlchemy URL; by default a SQLite file in the data folder."""
    public_url: str = "http://localhost:8000"
    """Address that the printed codes lead to. Changing it later strands printed codes."""
    sign_url: str | None = None
    """Address of the signing page, on a host of its own: passkeys belong to that host, and die with it."""
    node_url: str | None = None
    """JSON-RPC address of the node; `touchmark serve` fills it in for the local chain."""
    finality_depth: int | None = Field(default=None, ge=0, le=10_000)
    """Blocks until final, on chains without a `finalized` tag."""
    chain_rewritable_by: Literal["operator", "validators", "public"] = "operator"
    """Who could rewrite the chain; published in the trust list and said in every answer that rests on it."""
    passphrase: SecretStr | None = None
    """Encrypts kept keys and secrets; by default read from a file in the data folder that only its user can read."""
    session_secret: SecretStr | None = None
    """Signs session cookies; by default derived from the passphrase."""
    max_upload_bytes: int = Field(default=256 * 1024 * 1024, ge=1024)
    """Largest import file that is taken."""
    max_evidence_bytes: int = Field(default=15 * 1024 * 1024, ge=1024)
    """Largest photo or document that is taken."""

    countries: Path = (
        Path(__file__)
        .parents[1]
        .joinpath("node_modules", "@ip-location-db", "geo-whois-asn-country-mmdb", "geo-whois-asn-country.mmdb")
    )
    """The table from addresses to countries (MMDB); without it no look has a country."""
    trust_country_header: bool = False
    """Whether X-Touchmark-Country says where a look comes from: for trials on one machine only."""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """Proxies of yours in front of the web process, whose X-Forwarded headers are believed."""

    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    """Who sends it as a bearer token may read `/metrics`; without it, programs of this machine alone."""

    smtp_url: SecretStr | None = None
    """Where letters are handed over: `smtp://user:password@host:587` or `smtps://…`; without it they become files."""
    mail_from: str = "Touchmark <touchmark@localhost>"
    """Whom letters come from."""
    name_server: str | None = Field(default=None, pattern=r"^[0-9a-fA-F.:]+(#[0-9]{1,5})?$")
    """The name server that is asked whether an applicant owns their domain (address, or address#port)."""
    allow_private_webhooks: bool = False
    """Whether webhooks may go to this machine and its own network; for trying out, never where others add them."""

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                mail_server(value.get_secret_value())
        except Invalid as wrong:
            raise ValueError(wrong.detail) from None
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        try:
            sender(value)
        except Invalid as wrong:
            raise ValueError(wrong.detail) from None
        return value

    @field_validator("public_url")
    @classmethod
    def _bare_origin(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("sign_url")
    @classmethod
    def _own_origin(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value.rstrip("/").lower())
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
            raise ValueError("must be http:// or https:// and a host, without a path")
        # A page may use the passkeys of its own host and of those above it (WebAuthn Level 3, 5.1.2): from the signing
        # page's host, or one below it, the site could have signatures made over what nobody was shown.
        if f".{urlsplit(info.data.get('public_url', '')).hostname}".endswith(f".{parts.hostname}"):
            raise ValueError("needs a host of its own: neither the site's nor one above it")
        return parts.geturl()

    @property
    def sign_origin(self) -> str:
        """Origin of the signing page: `sign.` before the public host, where nothing else is set.

        An address of numbers has no hosts below it and no passkeys: there the page is at `sign.localhost`, which works
        on the machine itself.
        """
        if self.sign_url:
            return self.sign_url
        parts = urlsplit(self.public_url)
        host = parts.hostname or "localhost"
        if ":" in host or host.replace(".", "").isdigit():
            host = "localhost"
        return f"{parts.scheme}://sign.{host}" + (f":{parts.port}" if parts.port else "")

    @property
    def store_url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'touchmark.db'}"


def read_settings(**overrides: object) -> Settings:
    """The settings of this process. Raises Invalid naming the variable that is wrong."""
    try:
        given = {name: value for name, value in overrides.items() if value is not None}
        # Pydantic checks each value.
        return Settings(_secrets_dir=SECRETS if SECRETS.is_dir() else None, **given)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = [
            Fault("TOUCHMARK_" + str(one["loc"][0]).upper(), one["msg"].removeprefix("Value error, "))
            for one in error.errors()
        ]
        raise Invalid(f"The configuration cannot be used: {faults[0]}", faults=faults) from None
