"""The static files are listed once a run. Each new client starts the middleware anew, which stats and describes them all:
a third of what a short test took. WhiteNoise serves them from the list as before.
"""

from typing import Any

from whitenoise.base import WhiteNoise

_list = WhiteNoise.update_files_dictionary
_listed: dict[tuple[Any, ...], dict[str, Any]] = {}


def listed_once(server: Any, root: str, prefix: str) -> None:
    """Stands in for WhiteNoise.update_files_dictionary: what differs in root or settings is listed by itself."""
    key = (
        root,
        prefix,
        server.max_age,
        server.charset,
        server.allow_all_origins,
        server.index_file,
        server.add_headers_function,
    )
    if key not in _listed:
        before = set(server.files)
        _list(server, root, prefix)
        _listed[key] = {url: file for url, file in server.files.items() if url not in before}
    server.files.update(_listed[key])
