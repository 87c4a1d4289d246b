"""Counts the fichas that one request of a test changes; more than one, at an address that says nothing of it, fails."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import ResolverMatch

from saude.acesso.guarda import TOKEN, mark_of


def watch(monkeypatch: pytest.MonkeyPatch) -> None:
    from saude.processamento import descarte, esteira

    changed: set[int] = set()
    run, discard, request = esteira.run, descarte._discard, Client.request

    def counted_run(ctx: Any, rows: Any, **more: Any) -> None:
        changed.update(linha.id for linha, _ in rows if linha.anterior)
        run(ctx, rows, **more)

    def counted_discard(fichas: Any, *more: Any) -> None:
        changed.update(ficha.pk for ficha in fichas)
        discard(fichas, *more)

    def counted_request(self: Client, **asked: Any) -> Any:
        changed.clear()
        response = request(self, **asked)
        if len(changed) > 1:
            _said(response.resolver_match, len(changed))
        return response

    monkeypatch.setattr(esteira, "run", counted_run)
    monkeypatch.setattr(descarte, "_discard", counted_discard)
    monkeypatch.setattr(Client, "request", counted_request)


def _said(match: ResolverMatch, n: int) -> None:
    view: Callable[..., Any] = match.func
    if TOKEN in mark_of(view, match.namespaces):
        return  # machines bring their own records
    assert hasattr(view, "em_lote"), f"{match.view_name} changed {n} fichas: mark it with @em_lote(...)"
