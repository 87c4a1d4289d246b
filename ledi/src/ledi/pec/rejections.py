"""`errosValidacao` of a 400, in whatever nesting: flat keys, objects, lists, "a.b[0].c"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledi.masking import texto_seguro
from ledi.pec.outcomes import Erro
from ledi.retorno.fields import fields_named

_MAX_ERRORS, _MAX_DEPTH = 500, 20
_PATH_KEYS = ("campo", "caminho", "propriedade", "field", "path", "chave")
_TEXT_KEYS = ("mensagem", "message", "erro", "descricao", "descricaoErro", "texto")


def rejections(found: Any, tipo: str | None = None) -> tuple[Erro, ...]:
    """Every message with its path, at most 500. `tipo`: of the ficha, so that words are matched with its fields."""
    made: list[Erro] = []
    for path, text in _flat(found, "", 0):
        named = fields_named(f"{path} {text[:4000]}", tipo)
        made.append(Erro(texto_seguro(path, 300), tuple(named), texto_seguro(text)))
        if len(made) == _MAX_ERRORS:
            break
    return tuple(made)


def _flat(node: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if node is None or depth > _MAX_DEPTH:
        return
    if isinstance(node, dict):
        yield from _of_object(node, path, depth)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            inner = path if isinstance(item, str) or _is_error(item) else f"{path}[{index}]"
            yield from _flat(item, inner, depth + 1)
    else:
        yield path, str(node)


def _of_object(node: dict[str, Any], path: str, depth: int) -> Iterator[tuple[str, str]]:
    if _is_error(node):
        where = next((str(node[key]) for key in _PATH_KEYS if node.get(key)), "")
        text = next(str(node[key]) for key in _TEXT_KEYS if node.get(key))
        yield _join(path, where), text
        return
    for key, item in node.items():
        yield from _flat(item, _join(path, str(key)), depth + 1)


def _is_error(node: Any) -> bool:
    """An object that says where and what, in place of a key with a message."""
    if not isinstance(node, dict):
        return False
    said = any(isinstance(node.get(key), str) and node[key] for key in _TEXT_KEYS)
    return said and any(isinstance(node.get(key), str) for key in _PATH_KEYS)


def _join(path: str, key: str) -> str:
    if not path or not key:
        return path or key
    return path + key if key.startswith("[") else f"{path}.{key}"
