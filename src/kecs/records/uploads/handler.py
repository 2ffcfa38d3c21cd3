"""Takes a file of records off the wire and seals it on the way, so that it is never whole in memory nor in clear on disk."""

from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

from kecs.records.uploads.sealed_files import SealedFile, SealedWriter, folder_bytes

# Set for each request; no header of a browser can have this name.
MAY_IMPORT = "kecs.may_import"
# Several may be sent at once: after so many bytes each looks again whether there is room.
LOOKED_AFTER = 4 * 1024 * 1024


class SealedUpload(UploadedFile):
    """A file that has come and lies sealed. Unless somebody keeps it, it is gone with the request."""

    def __init__(self, *, sealed: SealedFile, name: str, size: int, no_room: bool = False) -> None:
        super().__init__(file=None, name=name, size=size)
        self.sealed, self.kept = sealed, False
        self.no_room = no_room  # nothing of it was kept: the folder is full

    def close(self) -> None:
        """Called at the end of every request."""
        if not self.kept:
            self.sealed.destroy()


class SealingHandler(FileUploadHandler):
    """For whoever sends a file of records and may; every other file is another handler's, and stays in memory."""

    writer: SealedWriter | None = None
    active = False
    no_room = False
    said = 0  # how long the browser says that it all is
    come = 0

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
        self.said = content_length or 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raises StopFutureHandlers: nobody else gets the content."""
        super().new_file(*args, **kwargs)
        if self.active:
            self.sealed, self.come = SealedFile(uuid4()), 0
            self.no_room = folder_bytes() + self.said > settings.KECS_IMPORT_FOLDER_MOST_BYTES
            if not self.no_room:
                self.writer = self.sealed.writer()
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Sealed at once; read and forgotten where there is no room, so that the page can say so."""
        if not self.active:
            return raw_data
        if self.writer is not None:
            self.writer.write(raw_data)
            before, self.come = self.come, self.come + len(raw_data)
            if before // LOOKED_AFTER < self.come // LOOKED_AFTER:
                self._look()
        return None

    def _look(self) -> None:
        self.no_room = folder_bytes() > settings.KECS_IMPORT_FOLDER_MOST_BYTES
        if self.no_room and self.writer is not None:
            self.writer.drop()
            self.writer = None

    def file_complete(self, file_size: int) -> SealedUpload | None:
        """The file, where it was ours."""
        if not self.active:
            return None
        if self.writer is not None:
            self.writer.finish()
            self.writer = None
        name = self.file_name or ""
        return SealedUpload(sealed=self.sealed, name=name, size=file_size, no_room=self.no_room)

    def upload_interrupted(self) -> None:
        """The browser went away."""
        if self.writer is not None:
            self.writer.drop()
            self.writer = None
