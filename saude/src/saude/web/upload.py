"""Uploads have an end: a file over the limit is not received to its last byte."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

LIMIT = 256 * 1024 * 1024


class LimitedUploadHandler(FileUploadHandler):
    """Stops reading over LIMIT and leaves `request.arquivo_grande_demais` for the view to tell of."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > LIMIT:
            self.request.arquivo_grande_demais = True
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None  # the next handler keeps the file
