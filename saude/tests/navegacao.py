"""Playwright returns from a click when the headers of the next page have come; here, when the page has been read.

Without this, what reads at once (`count`, `is_visible`, `evaluate`) now and then meets a page that has nothing yet.
And what is waited for may take as long as a busy machine takes: a limit tells a page that never comes from one that
is late, not a quick machine from a slow one.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

#: how long the browser tests wait before they give up, in ms (Playwright's own: 30 s, and 5 s in `expect`)
PATIENCE = 120_000


def wait_for_pages(monkeypatch: Any) -> None:
    for owner in (Locator, Page):
        for name in ("click", "dblclick", "press"):
            monkeypatch.setattr(owner, name, _arrived(getattr(owner, name)))
    expect.set_options(timeout=PATIENCE)
    monkeypatch.setattr(Browser, "new_context", _patient(Browser.new_context))


def _patient(make: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    @wraps(make)
    def made(*args: Any, **options: Any) -> BrowserContext:
        context = make(*args, **options)
        context.set_default_timeout(PATIENCE)
        return context

    return made


def _arrived(act: Callable[..., None]) -> Callable[..., None]:
    @wraps(act)
    def acting(self: Locator | Page, *args: Any, **options: Any) -> None:
        act(self, *args, **options)
        page = self.page if isinstance(self, Locator) else self
        if not page.is_closed():
            page.wait_for_load_state()

    return acting
