"""The web application: one factory, one blueprint for each kind of user."""

from __future__ import annotations

import gc
from datetime import timedelta
from functools import partial
from typing import Final

from flask import Flask
from flask_openapi3.openapi import OpenAPI
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from ledger.bootstrap import build
from ledger.logs import configure as configure_logs
from ledger.services.ports import Ledger
from ledger.settings import Settings, read_settings
from web import (
    api,
    assets,
    badges,
    console,
    credentials,
    desk,
    health,
    join,
    languages,
    limits,
    metrics,
    operator,
    origin,
    own,
    people,
    problems,
    receipts,
    resolver,
    rules,
    scan,
    transparency,
)
from web.api import operation, specification
from web.front_desk import front_desk
from web.json_once import JsonOnce
from web.logs import register as register_log
from web.logs import watch
from web.operator import safe
from web.own.items import UNREMEMBERED, ItemConverter
from web.resolver.compressed import decompress
from web.safety import harden, whole_bodies
from web.scan import tap
from web.sealed_numbers import SealedNumber
from web.sign_host import deployed_domain, sign_host
from web.slashes import keep_slashes
from web.spoken_templates import SpokenTemplates
from web.verify_host import bp as verify_page

_OBJECTS: Final = 20_000
"""New ones after which cycles are looked for: one statement of many in a request makes some sixty, and none."""

csrf = CSRFProtect()


def create_app(
    settings: Settings | None = None, ledger: Ledger | None = None, pace: limits.Pace | None = None
) -> Flask:
    """The application over a ledger; both are built from the environment where not given.

    Built from the environment it is a process of its own, and its log is too (`ledger/logs.py`).
    """
    alone = settings is None
    if settings is None:
        configure_logs()
        settings = read_settings()
    ledger = ledger or build(settings)
    app = OpenAPI(
        __name__,
        static_folder="static",
        info=specification.INFO,
        security_schemes=dict(specification.SECURITY),
        validation_error_callback=operation.invalid,
        validation_error_model=operation.Problem,
        doc_ui=False,
    )
    app.jinja_environment = SpokenTemplates
    signing = partial(deployed_domain, ledger)
    # Wrapping wsgi_app is how Flask documents middleware; its types take it for a method.
    inner = front_desk(decompress(keep_slashes(whole_bodies(app.wsgi_app))), app, ledger)
    app.wsgi_app = sign_host(inner, settings, signing)  # type: ignore[assignment, method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.extensions["metrics"] = metrics.Metrics()
    app.wsgi_app = watch(app.wsgi_app, app.extensions["metrics"])  # type: ignore[assignment, method-assign]
    app.json = JsonOnce(app)
    app.json.ensure_ascii = False
    app.extensions["ledger"] = ledger
    app.extensions["settings"] = settings
    secret = settings.session_secret.get_secret_value() if settings.session_secret else None
    app.config.update(
        SECRET_KEY=secret or ledger.vault.derive("sessions"),
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 64 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        SESSION_COOKIE_NAME="touchmark",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    register_log(app)
    csrf.init_app(app)
    assets.register(app)
    languages.register(app)
    harden(app, ledger.sign_url)
    problems.register(app)
    operation.register_identify(app)
    limits.register(app, pace or limits.Pace())
    operation.register_admit(app)
    safe.register(app)
    api.register(app, csrf)
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
    app.register_blueprint(scan.bp)
    app.url_map.converters["item"] = ItemConverter
    app.url_map.converters["sealed"] = SealedNumber
    app.register_blueprint(people.bp)
    app.register_blueprint(own.bp)
    app.register_blueprint(origin.bp)
    app.register_blueprint(resolver.bp)
    app.register_blueprint(credentials.bp)
    app.register_blueprint(receipts.bp)
    app.register_blueprint(transparency.bp)
    app.register_blueprint(badges.bp)
    app.register_blueprint(verify_page)
    app.register_blueprint(rules.bp)
    app.register_blueprint(desk.bp)
    for view in (*UNREMEMBERED, *desk.UNREMEMBERED, *origin.UNREMEMBERED, *receipts.UNREMEMBERED, *tap.UNREMEMBERED):
        csrf.exempt(app.view_functions[view])
    app.register_blueprint(console.bp)
    app.register_blueprint(join.bp)
    app.register_blueprint(operator.bp)
    if alone:
        # What is loaded by now stays as long as the process. Looking through it for garbage again and again made one
        # check of a thousand codes in five take twice as long as the others.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_OBJECTS, 10, 10)
    return app
