"""Where a kit's files lie on this machine: the program, the contract, the checking page, the newest save."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.services.export_kit_parts import Sources

_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules", ".mypy_cache", ".ruff_cache"})
_CONTRACTS: Final = ("Touchmark", "WebAuthnVerifier")


@contextmanager
def kit_sources(settings: Settings, *, local: bool, private: bool) -> Iterator[Sources]:
    """What a kit takes from beside the ledger; a local chain's save is held open meanwhile."""
    import ledger
    from ledger.bootstrap import LOCAL_SAVES
    from ledger.chain.archive import held_save
    from ledger.services.export_kit_parts import Sources
    from ledger.services.export_kit_private import SECRETS
    from ledger.storage.migrate import newest

    package = Path(ledger.__file__ or "").parent
    pages = _folder_of("web")
    root = package.parent
    artifacts = package / "chain" / "artifacts"
    program = [*_files(package, "program/ledger"), *([] if pages is None else _files(pages, "program/web"))]
    if (root / "contracts").is_dir():
        program += _files(root / "contracts", "program/contracts")
    program += [(f"program/{name}", root / name) for name in ("LICENSE",) if (root / name).is_file()]
    documents = [(name, root / name) for name in ("PASSPORT.md",) if (root / name).is_file()]
    if pages is not None:
        documents += _files(pages / "static" / "verify", "verify")
    with held_save(settings.data.joinpath(*LOCAL_SAVES)) if local else _none() as save:
        yield Sources(
            program=program,
            contracts=[(f"chain/contracts/{name}.json", artifacts / f"{name}.json") for name in _CONTRACTS],
            documents=documents,
            secrets=[(f"{SECRETS}/{name}", settings.data / "secrets" / name) for name in ("salt", "probe")]
            if private
            else [],
            project=_project(root),
            version=importlib.metadata.version("touchmark"),
            revision=newest() or "",
            save=save,
        )


@contextmanager
def _none() -> Iterator[None]:
    yield None


def _folder_of(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return None if found is None or not found.submodule_search_locations else Path(found.submodule_search_locations[0])


def _files(folder: Path, name: str) -> list[tuple[str, Path]]:
    """Every file of a folder with its name in the kit, in order; none for a folder that is not there."""
    return [
        (f"{name}/{path.relative_to(folder).as_posix()}", path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not _LEFT_OUT.intersection(path.parts)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _project(root: Path) -> bytes:
    """The program's own pyproject.toml, or where it was installed without one, the same in short."""
    if (root / "pyproject.toml").is_file():
        # Building needs no readme, and the kit's own is about something else.
        lines = (root / "pyproject.toml").read_text().splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("readme")).encode()
    told = importlib.metadata.metadata("touchmark")
    needs = [one for one in told.get_all("Requires-Dist") or [] if "extra ==" not in one]
    return (
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
        f'[project]\nname = "touchmark"\nversion = "{told["Version"]}"\nrequires-python = ">=3.11"\n'
        f"dependencies = {needs!r}\n\n"
        '[project.scripts]\ntouchmark = "ledger.cli:main"\n\n'
        '[tool.hatch.build.targets.wheel]\npackages = ["ledger", "web"]\n'
    ).encode()
