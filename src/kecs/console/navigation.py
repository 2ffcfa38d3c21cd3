"""The pages that the desk leads to, for those who may open them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kecs.accounts.staff.roles import StaffRole
from kecs.console.permissions import Function, may

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page, by the name of its address."""

    function: Function
    url: str
    words: "StrOrPromise"


PLACES = (
    Place(function=Function.SEE_DESK, url="console:desk", words=_("Desk")),
    Place(function=Function.FIND_PERSON, url="console:find", words=_("Find a person")),
    Place(function=Function.SEE_CASES, url="console:cases", words=_("Cases")),
    Place(function=Function.POST_LETTERS, url="console:letters", words=_("Letters to post")),
    Place(function=Function.SEE_WEEKLY, url="console:weekly", words=_("Weekly picture")),
    Place(function=Function.SEE_SECURITY, url="console:security", words=_("Security")),
    Place(function=Function.MERGE_RECORDS, url="console:merges", words=_("Merges to agree to")),
    Place(function=Function.IMPORT_RECORDS, url="console:imports", words=_("Import")),
    Place(function=Function.EXPORT_LISTS, url="console:exports", words=_("Export")),
    Place(function=Function.MANAGE_STAFF, url="console:staff", words=_("Staff")),
)


def places(roles: Collection[StaffRole]) -> list[Place]:
    """Those that these roles open, in order."""
    return [place for place in PLACES if may(roles, place.function)]
