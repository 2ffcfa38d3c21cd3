"""What staff send and say about a file of records."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kecs.console.imports.messages import CHOOSE_FILE, LOAD_REASONS, NO_ROOM, UNDO_REASONS
from kecs.console.messages import CHOOSE_REASON
from kecs.records.kinds import Why
from kecs.records.uploads.handler import SealedUpload


class UploadForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Comma-separated, in UTF-8. The first line names the columns."),
        widget=forms.FileInput(attrs={"class": "usa-file-input", "accept": ".csv,text/csv"}),
        error_messages={"required": CHOOSE_FILE, "empty": CHOOSE_FILE, "invalid": CHOOSE_FILE},
    )

    def clean_file(self) -> SealedUpload:
        """Sealed on the way, where there was room for it."""
        file: SealedUpload = self.cleaned_data["file"]
        if file.no_room:
            raise ValidationError(NO_ROOM)
        return file


class ReasonForm(forms.Form):
    """Why a file is loaded or undone; a word for the log."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"required": CHOOSE_REASON, "invalid_choice": CHOOSE_REASON},
    )

    def __init__(self, *args: Any, undo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = UNDO_REASONS if undo else LOAD_REASONS
        words = [(why.value, word) for why, word in reasons.items()]
        self.fields["reason"].choices = [("", _("Choose a reason")), *words]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def why(self) -> Why:
        """As the action takes it."""
        return Why(self.cleaned_data["reason"])
