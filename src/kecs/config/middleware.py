"""What every answer carries, and how requests that no form should see are turned away."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from kecs.accounts.factors.gate import may_enter
from kecs.accounts.queries import signed_in
from kecs.accounts.staff.queries import roles_of
from kecs.console.permissions import Function, may
from kecs.records.uploads.handler import MAY_IMPORT

GetResponse = Callable[[HttpRequest], HttpResponse]


def may_import(request: HttpRequest) -> bool:
    """Whether this is staff who may send a file of records: asked before its body is read."""
    return may_enter(request) and may(roles_of(signed_in(request)), Function.IMPORT_RECORDS)


class ResponseHeaders:
    """Nothing we send is kept by a shared browser, and nothing of it is loaded by another site."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class BadInput:
    """A body that is too long, a field sent twice, or a NUL in an address comes from no page of ours: refused before any view runs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Raises BadRequest before anything reads the body: the framework's own limit leaves out files."""
        to_import = request.path in settings.KECS_IMPORT_PATHS and request.method == "POST"
        # For the upload handler too: of nobody else does a file touch the disk.
        request.META[MAY_IMPORT] = "yes" if to_import and may_import(request) else ""
        length = request.META.get("CONTENT_LENGTH") or "0"
        # What is no number counts as no body there, too.
        if length.isdecimal() and int(length) > self.longest(request):
            raise BadRequest("The body is too long.")
        return self.get_response(request)

    def longest(self, request: HttpRequest) -> int:
        """Documents may be sent to the pages that ask for them, by those who are signed in; files of records by those who import."""
        if request.META[MAY_IMPORT]:
            return settings.KECS_IMPORT_MOST_BYTES
        takes_files = request.path in settings.KECS_LONG_BODY_PATHS and request.method == "POST"
        if takes_files and request.user.is_authenticated:
            return settings.KECS_LONG_BODY
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def process_view(self, request: HttpRequest, *_args: object) -> None:
        """Raises BadRequest, which becomes the plain 400 page."""
        for _name, values in [*request.POST.lists(), *request.GET.lists()]:
            if len(values) > 1:
                raise BadRequest("A field was sent twice.")
        # Forms refuse it in what they hold; what a view takes from the address must not reach PostgreSQL, which fails on it.
        if any("\0" in value for value in request.GET.values()):
            raise BadRequest("The address holds a NUL.")
