"""Names of static files with their hash in them, looked up once a process; STORAGES in settings names this."""

from functools import cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise carries no types
    """WhiteNoise's: a file keeps its name for as long as a process runs, and a page has up to eight of them."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.url = cache(super().url)
