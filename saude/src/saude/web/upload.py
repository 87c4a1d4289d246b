"""Uploads have an end: a file over the limit is not received to its last byte."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

LIMIT = 256 * 1024 * 1024
TOO_BIG = "arquivo_grande_demais"


class LimitedUploadHandler(FileUploadHandler):
    """Stops reading over LIMIT, and the view tells of it (`was_too_big`)."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > LIMIT:
            assert self.request is not None  # Django gives it before the first byte
            setattr(self.request, TOO_BIG, True)
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None  # the next handler keeps the file


def was_too_big(request: HttpRequest) -> bool:
    return getattr(request, TOO_BIG, False)
