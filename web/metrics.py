"""Figures for a monitor (`/metrics`, Prometheus text format 0.0.4): labelled by route, never by address or name.

Each web process counts for itself. Under gunicorn they count in files of one folder (`PROMETHEUS_MULTIPROC_DIR`,
which `ledger/web_server.py` makes), and whichever is asked answers for all. The database is read when somebody asks.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Final

from flask import Blueprint, Response, current_app, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from ledger.domain.errors import Forbidden, LedgerError
from ledger.domain.said import said
from ledger.services.condition import Condition, condition
from ledger.services.ports import Ledger
from ledger.settings import Settings

bp = Blueprint("metrics", __name__)

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_FORWARDED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")

# When each series began is of no use to anybody, and twice as much to send.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """What this process counts."""

    def __init__(self) -> None:
        # With files of several processes the registry reads those; without, it holds the counters itself.
        own = None if os.environ.get(FOLDER) else CollectorRegistry()
        self._own = own
        self._requests = Counter(
            "touchmark_requests", "Requests answered.", ("route", "method", "status"), registry=own
        )
        self._seconds = Histogram(
            "touchmark_request_seconds", "Seconds until the answer began.", ("route",), registry=own, buckets=_SECONDS
        )
        self._asked: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._verdicts = Counter("touchmark_verdicts", "Answers to scans and checks.", ("verdict",), registry=own)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        which = (route, method, status)
        known = self._asked.get(which)
        if known is None:
            # As few as there are series: looked up by the library's own call they take longer than to be counted.
            known = self._requests.labels(route, method, str(status)), self._seconds.labels(route)
            self._asked[which] = known
        known[0].inc()
        known[1].observe(seconds)

    def verdict(self, key: str, many: int = 1) -> None:
        """Count an answer about an item, by its key (`domain/standing_headlines.Key`)."""
        self._verdicts.labels(key).inc(many)

    def told(self, ledger: Ledger) -> bytes:
        """Everything, as text."""
        registry = CollectorRegistry()
        if self._own is None:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        else:
            registry.register(self._own)
        registry.register(_State(ledger))
        return generate_latest(registry)


def count_verdict(key: str, many: int = 1) -> None:
    """Count an answer about an item in the present application."""
    metrics: Metrics = current_app.extensions["metrics"]
    metrics.verdict(key, many)


@bp.get("/metrics")
def metrics() -> Response:
    """Figures for a monitor."""
    expect_monitor(current_app.extensions["settings"])
    found: Metrics = current_app.extensions["metrics"]
    return Response(found.told(current_app.extensions["ledger"]), content_type=CONTENT_TYPE_LATEST)


def expect_monitor(settings: Settings) -> None:
    """Raises Forbidden for the public.

    With `TOUCHMARK_METRICS_TOKEN` whoever sends it as a bearer token is a monitor, nobody else. Without, a program of
    this machine is, that asks this process by a name of this machine and not through a proxy.
    """
    if settings.metrics_token is not None:
        wanted = "Bearer " + settings.metrics_token.get_secret_value()
        given = request.headers.get("Authorization", "")
        if hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
            return
        raise Forbidden(said("Figures are for this site's monitor alone."))
    proxied = settings.trusted_proxies or any(name in request.headers for name in _FORWARDED)
    if proxied or not (_is_here(request.remote_addr) and _is_here(request.host.rpartition(":")[0] or request.host)):
        raise Forbidden(said("Figures are for this site's monitor alone."))


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return False


class _State:
    """What the database says, as gauges."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def collect(self) -> Iterable[Metric]:
        """Read once; where the database does not answer, say that alone."""
        try:
            now = condition(self._ledger)
        except LedgerError:
            yield GaugeMetricFamily("touchmark_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("touchmark_database_up", "Whether the database answers.", 1)
        for name, (words, value) in _gauges(now).items():
            if value is not None:
                yield GaugeMetricFamily(f"touchmark_{name}", words, value)
        holder = GaugeMetricFamily("touchmark_lease_seconds", "Seconds that its lease lasts.", None, ["holder"])
        if now.holder is not None:
            holder.add_metric([now.holder], now.lease_seconds)
        yield holder


def _gauges(now: Condition) -> Mapping[str, tuple[str, float | None]]:
    return {
        "outbox_waiting": ("Statements that are not settled.", now.waiting),
        "outbox_oldest_seconds": ("Age of the oldest of them.", now.oldest_seconds),
        "follower_height": ("Newest block of our copy.", now.height),
        "follower_final": ("Newest block that cannot be lost.", now.final),
        "follower_node_height": ("Newest block of the node, when it was last heard.", now.node_height),
        "follower_lag_blocks": ("Blocks that our copy is behind the node.", now.lag),
        "follower_node_seen_seconds": ("Seconds since the worker heard the node.", now.node_seen_seconds),
        "follower_halted": ("Whether following has stopped for a person to look.", float(now.halted is not None)),
        "worker_active": ("Whether a worker holds the lease.", float(now.holder is not None)),
        "safe_mode": ("Whether nothing new is taken.", float(now.safe)),
        "webhooks_waiting": ("Deliveries that wait.", now.webhooks_waiting),
        "webhooks_oldest_seconds": ("Age of the oldest of them.", now.webhooks_oldest_seconds),
        "webhooks_failing": ("Receivers that fail now.", now.webhooks_failing),
    }
