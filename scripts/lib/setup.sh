# Shared by start and test: one virtual environment, one node_modules, each made again only when its lock file changed.
# Sourced, with the repository's root as the working folder.

say() { printf '%s\n' "$*" >&2; }
fail() { say "Touchmark cannot start: $*"; exit 1; }

python_for_venv() {
    for candidate in "${PYTHON:-}" python3.11 python3 python3.12 python3.13; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        printf '%s\n' "$candidate"
        return
    done
    fail "Python 3.11 or newer is needed. On Debian 12: apt-get install python3 python3-venv"
}

# install_python LOCK: the packages of one lock file, checked by hash.
install_python() {
    lock=$1
    stamp=".venv/.installed-$(sha256sum "$lock" pyproject.toml | sha256sum | cut -c1-16)"
    [ -e "$stamp" ] && return
    python=$(python_for_venv)
    if [ ! -x .venv/bin/python ]; then
        say "  making a Python environment …"
        "$python" -m venv .venv >/dev/null 2>&1 || {
            rm -rf .venv
            fail "Python's venv module is missing. On Debian 12: apt-get install python3-venv"
        }
    fi
    say "  installing Python packages (about a minute the first time) …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" ||
        fail "the Python packages could not be installed; the lines above say which. Is the network there?"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ||
        fail "the package itself could not be installed into .venv."
    rm -f .venv/.installed-*
    : >"$stamp"
}

# install_node [--omit=dev]: what package-lock.json names, with the Node of the virtual environment.
install_node() {
    stamp="node_modules/.installed-$(sha256sum package-lock.json | cut -c1-16)${1:-}"
    # What was installed with the tests' packages has everything that is needed without them.
    [ -e "$stamp" ] || [ -e "node_modules/.installed-$(sha256sum package-lock.json | cut -c1-16)" ] && return
    say "  installing the local chain and the contracts' tools …"
    PATH="$PWD/.venv/bin:$PATH" .venv/bin/npm ci --no-audit --no-fund --loglevel=error --ignore-scripts ${1:-} >/dev/null ||
        fail "npm could not install what package-lock.json names; the lines above say why."
    : >"$stamp"
}
