"""Renders every state of the scan page to a folder, for looking: HTML files and, with a browser, pictures.

python -m tests.web.gallery FOLDER [--pictures] [--chromium /usr/bin/chromium]
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from tests.support.chromium import FLAGS
from tests.web.scan_pages import PHOTO, all_pages, make_app

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"phone": (360, 640), "desk": (1280, 800)}
BAG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240">
<rect width="240" height="240" fill="#dfe3e5"/>
<path d="M78 112c0-70 84-70 84 0" fill="none" stroke="#24282b" stroke-width="7"/>
<path d="M44 108h152l14 84c0 10-8 16-18 16H48c-10 0-18-6-18-16Z" fill="#24282b"/>
<path d="M36 146c30 26 138 26 168 0" fill="none" stroke="#454c51" stroke-width="3"/>
<rect x="108" y="152" width="24" height="18" rx="3" fill="#b9c0c4"/></svg>
"""


def write(folder: Path) -> list[str]:
    """Write the pages with static files beside them; addresses are made relative."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "web" / "static", folder / "static", dirs_exist_ok=True)
    (folder / "photo.svg").write_text(BAG)
    names = []
    for name, html in all_pages(make_app()):
        local = html.replace('"/static/', '"static/').replace(f'"{PHOTO}"', '"photo.svg"')
        (folder / f"{name}.html").write_text(local)
        names.append(name)
    links = "".join(f'<li><a href="{name}.html">{name}</a></li>' for name in names)
    (folder / "index.html").write_text(f"<!doctype html><meta charset=utf-8><title>Gallery</title><ul>{links}</ul>")
    return names


def photograph(folder: Path, names: list[str], chromium: str, *, whole: bool) -> None:
    """A PNG of every page, on a phone and on a desk, light and dark; JavaScript is off."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,
                    java_script_enabled=False,
                )
                page = context.new_page()
                for name in names:
                    page.goto((folder / f"{name}.html").as_uri())
                    page.screenshot(path=folder / f"{name}.{size}.{scheme}.png", full_page=whole)
                context.close()
        browser.close()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", action="store_true", help="also take pictures of each page")
    parser.add_argument("--whole", action="store_true", help="pictures of the whole page, not only the first screen")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser to use")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    names = write(folder)
    if arguments.pictures:
        photograph(folder, names, arguments.chromium, whole=arguments.whole)
    print(f"{len(names)} pages in {folder}")


if __name__ == "__main__":
    main()
