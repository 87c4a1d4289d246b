"""A slow network on demand: with SAUDE_TESTE_LENTO=0.3 every page of the test server takes that many seconds longer,
half before it begins and half between its headers and its first byte.

A browser test that reads the page or the database before its click has arrived passes on a quick machine and fails
now and then on a busy one; with this it fails every time.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse


class Slow:
    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        time.sleep(settings.TESTE_LENTO / 2)
        response = self.get_response(request)
        if (
            response.streaming
            or "html" not in response.get("Content-Type", "")
            or response.status_code != 200
        ):
            return response
        return _late(response)


def _late(response: HttpResponse) -> StreamingHttpResponse:
    def body() -> Iterator[bytes]:
        yield b""  # the headers go now: the browser leaves the old page and has nothing of the new one
        time.sleep(settings.TESTE_LENTO / 2)
        yield response.content

    slow = StreamingHttpResponse(body(), status=response.status_code, headers=response.headers)
    slow.cookies = response.cookies
    slow.headers.pop("Content-Length", None)
    return slow
