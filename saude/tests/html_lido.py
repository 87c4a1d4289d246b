"""A page as a reader finds it: where its source breaks the line says nothing."""

import re

from django.http import HttpResponse


def lido(response: HttpResponse) -> str:
    """White space is one space between words, and none beside a tag or before its end."""
    text = re.sub(r"\s+", " ", response.content.decode())
    return re.sub(r"\s*(<[^<>]*?)\s*>\s*", r"\1>", text)
