"""Sessions that requests at the same time do not take from one another.

Django writes back a session whole. As every request renews it, a slow one (the check of a form while it is typed) would
put back what the session was when it began: a confirmation shown to nobody, a change of entidade or área undone.
Here a request that changed nothing moves the expiry only, and one that did writes its own keys over what is stored now.
"""

from copy import deepcopy
from typing import Any

from django.contrib.sessions import middleware
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction
from django.http import HttpRequest, HttpResponse


class SessionMiddleware(middleware.SessionMiddleware):
    """What a page asks by itself neither makes the session longer nor gives its cookie back to who has left."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if getattr(session, "passiva", False) and not session.modified:
            return response
        return super().process_response(request, response)


class SessionStore(db.SessionStore):
    """The database's sessions, merged key by key. Raises `UpdateError` when the session is gone (somebody left)."""

    passiva = False  #: set for a request that a page makes by itself

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._seen: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        data = super().load()
        self._seen = deepcopy(data)
        return data

    def save(self, must_create: bool = False) -> None:
        if must_create or self.session_key is None:
            super().save(must_create)
        elif not self.modified:
            self._renew()
        else:
            self._merge()
        self._seen = deepcopy(self._session_cache)

    def _row(self) -> Any:
        return self.model.objects.filter(session_key=self.session_key)

    def _renew(self) -> None:
        if not self._row().update(expire_date=self.get_expiry_date()):
            raise UpdateError

    def _merge(self) -> None:
        mine = dict(self.items())
        with transaction.atomic():
            stored = self._row().select_for_update().first()
            if stored is None:
                raise UpdateError
            merged = self.decode(stored.session_data)
            for key in mine.keys() | self._seen.keys():
                if key not in mine:
                    merged.pop(key, None)
                elif key not in self._seen or mine[key] != self._seen[key]:
                    merged[key] = mine[key]
            self._session_cache = merged
            super().save()
