"""Playwright returns from a click when the headers of the next page have come; here, when the page has been read.

Without this, what reads at once (`count`, `is_visible`, `evaluate`) now and then meets a page that has nothing yet.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from playwright.sync_api import Locator, Page


def wait_for_pages(monkeypatch: Any) -> None:
    for owner in (Locator, Page):
        for name in ("click", "dblclick", "press"):
            monkeypatch.setattr(owner, name, _arrived(getattr(owner, name)))


def _arrived(act: Callable[..., None]) -> Callable[..., None]:
    @wraps(act)
    def acting(self: Locator | Page, *args: Any, **options: Any) -> None:
        act(self, *args, **options)
        page = self.page if isinstance(self, Locator) else self
        if not page.is_closed():
            page.wait_for_load_state()

    return acting
