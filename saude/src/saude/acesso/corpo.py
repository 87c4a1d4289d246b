"""How much a request may carry: said beside the route, enforced by the door (`site.porta`) while it reads.

Whoever says nothing takes DEFAULT. More than that is taken only from a sender who was seen: a session with the
permission of the view, or a token that is valid.
"""

from collections.abc import Callable
from inspect import getclosurevars
from typing import Any, TypeVar

KB, MB, GB = 1024, 1024**2, 1024**3
DEFAULT = 1 * MB
FORM = 5 * MB  # a ficha of 99 citizens is a form of thousands of fields
MULTIPART = 1 * MB  # what stands around a file in a form
LIMIT = "corpo"  # of a view that says its own

View = TypeVar("View", bound=Callable[..., Any])


def body(limit: int) -> Callable[[View], View]:
    """The bytes that the body of a request to this view may have."""

    def decorate(view: View) -> View:
        setattr(view, LIMIT, limit)
        return view

    return decorate


def body_of(view: Any, method: str) -> int:
    """The limit of a view of the URL map; of an API path, that of the operation of this method."""
    operation = operation_of(view, method)
    return int(getattr(operation.view_func if operation else view, LIMIT, DEFAULT))


def operation_of(view: Any, method: str) -> Any:
    """The operation of django-ninja behind a view, None when the view is a page."""
    if not getattr(view, "__module__", "").startswith("ninja."):
        return None
    path_view = getclosurevars(view).nonlocals.get("self")
    return next((o for o in getattr(path_view, "operations", ()) if method in o.methods), None)
