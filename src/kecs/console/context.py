"""Says to the templates of the desk which pages the signed-in member of staff may open; a context processor."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kecs.accounts.staff.queries import roles_of
from kecs.console.navigation import places


def desk(request: HttpRequest) -> dict[str, Any]:
    """Key: desk_places. Asked of the database only where a template names it."""
    user = getattr(request, "user", None)
    return {"desk_places": SimpleLazyObject(lambda: places(roles_of(user.pk)) if user and user.pk else [])}
