"""Takes a file of records off the wire and seals it on the way, so that it is never whole in memory nor in clear on disk."""

from typing import IO, Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

from kecs.records.uploads.sealed_files import SealedFile, SealedWriter

# Set for each request; no header of a browser can have this name.
MAY_IMPORT = "kecs.may_import"


class SealedUpload(UploadedFile):
    """A file that has come and lies sealed. Unless somebody keeps it, it is gone with the request."""

    def __init__(self, *, sealed: SealedFile, name: str, size: int) -> None:
        super().__init__(file=None, name=name, size=size)
        self.sealed, self.kept = sealed, False

    def close(self) -> None:
        """Called at the end of every request."""
        if not self.kept:
            self.sealed.destroy()


class SealingHandler(FileUploadHandler):
    """For whoever sends a file of records and may; every other file is another handler's, and stays in memory."""

    writer: SealedWriter | None = None
    active = False

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803 - the framework's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Who may come so far was judged before the body was read (kecs.config.middleware)."""
        self.active = bool(META.get(MAY_IMPORT))

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raises StopFutureHandlers: nobody else gets the content."""
        super().new_file(*args, **kwargs)
        if self.active:
            self.sealed = SealedFile(uuid4())
            self.writer = self.sealed.writer()
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Sealed at once."""
        if self.writer is None:
            return raw_data
        self.writer.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> SealedUpload | None:
        """The file, where it was ours."""
        if self.writer is None:
            return None
        self.writer.finish()
        self.writer = None
        return SealedUpload(sealed=self.sealed, name=self.file_name or "", size=file_size)

    def upload_interrupted(self) -> None:
        """The browser went away."""
        if self.writer is not None:
            self.writer.drop()
            self.writer = None
