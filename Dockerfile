# One image for every part: web, worker, and the commands. Nothing in it is secret; nothing of it is written to.
FROM python:3.11-slim-bookworm

# pg_dump and pg_restore, for `touchmark backup`; as new as compose.yaml's server.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.lock pyproject.toml ./
RUN python -m pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund --ignore-scripts

COPY README.md LICENSE ./
COPY ledger ledger
COPY web web
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent touchmark \
    && install --directory --owner=touchmark --group=touchmark --mode=0700 /data

USER touchmark
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 TOUCHMARK_DATA=/data
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "python:ledger.web_server", "--bind", "0.0.0.0:8000", "web:create_app()"]
