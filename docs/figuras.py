"""How a picture of the manual is taken: declared by `shot`, brought to its page, kept small in docs/imagens/.

PNGs are rewritten with a palette of 256 colours. What the browser itself draws (date and file fields) is put in
Portuguese, as a browser in Brazil shows it: see BROWSER_WORDS.
"""

from __future__ import annotations

import heapq
import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "imagens"
WIDE, NARROW = 1280, 390
BROWSER_WORDS = """() => {
  for (const e of document.querySelectorAll('input[type=date]:not([data-calendario])')) {
    const day = e.value.split('-').reverse().join('/');
    e.type = 'text'; e.value = day; e.placeholder = 'dd/mm/aaaa';
  }
  for (const e of document.querySelectorAll('input[type=file]')) {
    const words = document.createElement('p');
    words.innerHTML = '<button class="br-button secondary small">Escolher arquivo</button> Nenhum arquivo escolhido';
    e.replaceWith(words);
  }
}"""

SHOTS: dict[str, tuple[str, Callable[[Any], None], int]] = {}


def shot(name: str, user: str = "coordenador", width: int = WIDE) -> Callable[[Any], Any]:
    """Declare a picture: the function brings the page to where it is taken."""

    def declare(go: Callable[[Any], None]) -> Callable[[Any], None]:
        SHOTS[name] = (user, go, width)
        return go

    return declare


def take(base: str, only: list[str]) -> int:
    """The pictures that were declared, in order (with `only`, these); how many could not be taken."""
    IMAGES.mkdir(exist_ok=True)
    failed = 0
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        pages: dict[tuple[str, int], Any] = {}
        for name, (user, go, width) in SHOTS.items():
            if only and name not in only:
                continue
            page = pages.get((user, width)) or pages.setdefault(
                (user, width), enter(browser, base, user, width)
            )
            try:
                go(page)
                page.wait_for_timeout(250)
                _save(page, name)
            except Exception as error:  # the next pictures may still be good
                failed += 1
                print(f"{name}: {error}".splitlines()[0], file=sys.stderr)
        browser.close()
    return failed


def chromium(playwright: Any) -> Any:
    """The browser of this machine."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])


def enter(browser: Any, base: str, user: str, width: int) -> Any:
    context = browser.new_context(
        base_url=base, locale="pt-BR", viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    if user:
        page.goto("/entrar/")
        page.fill("#id_username", user)
        page.fill("#id_password", os.environ["SAUDE_DEMO_SENHA"])
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/entrar/" not in url)
    return page


def _save(page: Any, name: str) -> None:
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": max(480, min(tall, 1100))})
    page.wait_for_timeout(150)
    page.evaluate(BROWSER_WORDS)
    path = IMAGES / f"{name}.png"
    path.write_bytes(shrink(page.screenshot()))
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 800})
    print(f"{path.name}: {path.stat().st_size // 1024} kB")


def shrink(png: bytes) -> bytes:
    """The same picture with at most 256 colours: the commonest ones stay as they are, the others go to the nearest."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    counted = picture.getcolors(picture.width * picture.height) or []
    commonest = [colour for _, colour in heapq.nlargest(256, counted)]
    exact = {colour: index for index, colour in enumerate(commonest)}
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in commonest for part in colour])
    # Pillow looks up a colour without its last bits: near enough for a rare one, not for the white of the page
    indexed = picture.quantize(palette=palette, dither=Image.Dither.NONE)
    raw = picture.tobytes()
    pixels = zip(raw[::3], raw[1::3], raw[2::3], strict=True)
    body = bytes(exact.get(p, near) for p, near in zip(pixels, indexed.tobytes(), strict=True))
    small = io.BytesIO()
    indexed.frombytes(body)
    indexed.save(small, "png", optimize=True)
    return small.getvalue()
