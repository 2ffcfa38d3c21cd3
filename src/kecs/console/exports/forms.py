"""Which list, which columns, and why. A box for each column, since no field may come twice (middleware)."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.accounts.staff.roles import StaffRole
from kecs.console.exports import messages
from kecs.console.exports.messages import ExportReason
from kecs.console.messages import CHOOSE_REASON, KINDS
from kecs.console.permissions import Fact, may_see_of_all, may_take
from kecs.records.exporting.kinds import ExportColumn, ExportList, Wanted
from kecs.records.uploads.queries import LoadedImport
from kecs.ui.widgets import CheckboxInput

USUAL = frozenset(
    {
        ExportColumn.STAFF_UNIQUE_ID,
        ExportColumn.FIRST_NAME,
        ExportColumn.LAST_SURNAME,
        ExportColumn.EMAIL,
    }
)

# Which fact of a person a column tells.
TELLS: Mapping[ExportColumn, Fact] = MappingProxyType(
    {
        ExportColumn.STAFF_UNIQUE_ID: Fact.NAMES,
        ExportColumn.FIRST_NAME: Fact.NAMES,
        ExportColumn.MIDDLE_NAME: Fact.NAMES,
        ExportColumn.LAST_SURNAME: Fact.NAMES,
        ExportColumn.GENERATION_CODE_SUFFIX: Fact.NAMES,
        ExportColumn.OTHER_NAMES: Fact.NAMES,
        ExportColumn.DECEASED: Fact.NAMES,
        ExportColumn.EMAIL: Fact.ADDRESSES,
        ExportColumn.LEVEL: Fact.ACCOUNT,
        ExportColumn.HELD_SINCE: Fact.ACCOUNT,
        ExportColumn.OPEN_CASES: Fact.CASES,
    }
)


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "usa-select"})


class ExportForm(forms.Form):
    """The list, what narrows it down, the columns, the reason."""

    which = forms.ChoiceField(
        label=_("List"),
        widget=_select(),
        error_messages={"required": messages.CHOOSE_LIST, "invalid_choice": messages.CHOOSE_LIST},
    )
    level = forms.TypedChoiceField(
        label=_("Only those who are"),
        help_text=_("For records that an account holds."),
        choices=[("", _("All")), *((each.value, words) for each, words in messages.LEVELS.items())],
        coerce=int,
        empty_value=None,
        required=False,
        widget=_select(),
    )
    kind = forms.ChoiceField(
        label=_("Only cases of this kind"),
        help_text=_("For records with an open case."),
        choices=[("", _("All")), *((str(key), words) for key, words in KINDS.items())],
        required=False,
        widget=_select(),
    )
    upload = forms.ChoiceField(
        label=_("Which import"),
        help_text=_("For records that an import created or changed."),
        required=False,
        widget=_select(),
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("", _("Choose a reason")),
            *((each.value, words) for each, words in messages.REASONS.items()),
        ],
        widget=_select(),
        error_messages={"required": CHOOSE_REASON, "invalid_choice": CHOOSE_REASON},
    )

    def __init__(
        self, *args: Any, imports: list[LoadedImport], roles: Collection[StaffRole], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        lists = [each for each in messages.LISTS if may_take(roles, each)]
        hers = [(each.value, messages.LISTS[each]) for each in lists]
        self.fields["which"].choices = [("", _("Choose a list")), *hers]  # type: ignore[attr-defined]  # a ChoiceField
        # What narrows down a list that is none of hers is not asked.
        for which, field in ((ExportList.OPEN_CASES, "kind"), (ExportList.IMPORTED, "upload")):
            if which not in lists:
                del self.fields[field]
        newest_first = sorted(imports, key=lambda each: each.began_at, reverse=True)
        self._imports = {str(each.import_id): each for each in newest_first}
        labels = [
            (key, f"{each.name or key[:8]} ({each.began_at:%m/%d/%Y %H:%M})")
            for key, each in self._imports.items()
        ]
        if "upload" in self.fields:
            self.fields["upload"].choices = [("", _("Choose an import")), *labels]  # type: ignore[attr-defined]  # a ChoiceField
        for column, words in messages.COLUMNS.items():
            if may_see_of_all(roles, TELLS[column]):
                self.fields[f"column_{column}"] = forms.BooleanField(
                    label=words, required=False, initial=column in USUAL, widget=CheckboxInput()
                )

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """For the page."""
        return [self[name] for name in self.fields if name.startswith("column_")]

    def clean(self) -> dict[str, Any]:
        """What belongs together."""
        facts = super().clean() or self.cleaned_data
        if not self._ticked():
            self.add_error(None, messages.CHOOSE_COLUMN)
        if facts.get("which") == ExportList.IMPORTED and not facts.get("upload"):
            self.add_error("upload", messages.CHOOSE_IMPORT)
        return facts

    def _ticked(self) -> tuple[ExportColumn, ...]:
        return tuple(column for column in ExportColumn if self.cleaned_data.get(f"column_{column}"))

    @property
    def columns(self) -> tuple[ExportColumn, ...]:
        """In their order."""
        return self._ticked()

    @property
    def why(self) -> ExportReason:
        """For the log."""
        return ExportReason(self.cleaned_data["reason"])

    @property
    def wanted(self) -> Wanted:
        """The list, without what does not belong to it."""
        which = ExportList(self.cleaned_data["which"])
        chosen = self._imports.get(self.cleaned_data["upload"]) if which is ExportList.IMPORTED else None
        return Wanted(
            which=which,
            level=self.cleaned_data["level"] if which is ExportList.CLAIMED else None,
            kind=self.cleaned_data["kind"] if which is ExportList.OPEN_CASES else "",
            import_id=chosen.import_id if chosen else None,
            source=chosen.source if chosen else "",
            since=chosen.began_at if chosen else None,
            until=chosen.ended_at if chosen else None,
        )
