"""What is right, why, and documents that show it; files are judged by what is in them."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from kecs.corrections import messages
from kecs.corrections.actions import Asked
from kecs.corrections.content import accepted
from kecs.corrections.content.problems import ContentProblem, ContentRefused
from kecs.corrections.documents.actions import Upload
from kecs.corrections.kinds import MOST_BYTES, MOST_DOCUMENTS, Why
from kecs.corrections.names import shown_name
from kecs.records.fields import BirthDateField, NameField, SsnField
from kecs.records.messages import FIRST_NAME_PROBLEMS, LAST_SURNAME_PROBLEMS


class DocumentsInput(forms.FileInput):
    """Several files at once; a phone offers its camera too."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__({"class": "usa-input", "accept": "image/*,application/pdf", "multiple": True})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """All of them."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class DocumentsField(forms.FileField):
    """One to five documents. What is cleaned is a list of uploads; each file that is no good has a sentence."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Photos or PDFs"))
        kwargs.setdefault(
            "help_text",
            _(
                "For example a marriage certificate, a court order or your Social Security card. Up to 5 files, 10 MB each."
            ),
        )
        super().__init__(widget=DocumentsInput(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """Raises ValidationError."""
        files: list[UploadedFile] = list(data or [])
        if not files:
            raise ValidationError(messages.NO_DOCUMENT, code="required")
        if len(files) > MOST_DOCUMENTS:
            raise ValidationError(messages.TOO_MANY, code="too_many")
        uploads, errors = [], []
        for file in files:
            try:
                uploads.append(_upload(file))
            except ContentRefused as refused:
                name = shown_name(file.name or "") or messages.UNNAMED
                errors.append(
                    ValidationError(
                        messages.CONTENT_PROBLEMS[refused.problem],
                        code=refused.problem.value,
                        params={"name": name},
                    )
                )
        if errors:
            raise ValidationError(errors)
        return uploads


def _upload(file: UploadedFile) -> Upload:
    if (file.size or 0) > MOST_BYTES:
        raise ContentRefused(ContentProblem.TOO_LARGE)
    return Upload(name=file.name or "", content=accepted(file.read()))


class DocumentsForm(forms.Form):
    """More documents for a request that is open."""

    documents = DocumentsField(
        label=_("More photos or PDFs"), help_text=_("Up to 5 files in all, 10 MB each.")
    )


class FactsForm(forms.Form):
    """Only what is wrong is filled in. `asked` is the cleaned whole. The desk's form (console/repairing) is one as well."""

    nothing: ClassVar[Any] = messages.NOTHING_ASKED
    first_name = NameField(
        label=_("First Name"), problems=FIRST_NAME_PROBLEMS, autocomplete="given-name", required=False
    )
    last_surname = NameField(
        label=_("Last Name"), problems=LAST_SURNAME_PROBLEMS, autocomplete="family-name", required=False
    )
    birth_date = BirthDateField(required=False)
    ssn = SsnField(help_text=_("All 9 digits. You may use hyphens."), required=False)
    why = forms.ChoiceField(
        label=_("Why is it wrong?"),
        choices=[("", _("Choose one")), *((why.value, words) for why, words in messages.WHY.items())],
        error_messages={"required": messages.NO_WHY, "invalid_choice": messages.NO_WHY},
        widget=forms.Select(attrs={"class": "usa-select"}),
    )

    def clean(self) -> dict[str, Any]:
        """Something is otherwise."""
        facts = super().clean() or self.cleaned_data
        typed = ("first_name", "last_surname", "birth_date", "ssn")
        if not any(facts.get(name) or name in self.errors for name in typed):
            self.add_error("first_name", ValidationError(self.nothing, code="nothing"))
        return facts

    @property
    def asked(self) -> Asked:
        """What is right."""
        facts = self.cleaned_data
        return Asked(
            why=Why(facts["why"]),
            first_name=facts["first_name"] or "",
            last_surname=facts["last_surname"] or "",
            birth_date=facts["birth_date"],
            ssn=facts["ssn"].digits if facts["ssn"] else "",
            note=facts.get("note", ""),
        )


class CorrectionForm(FactsForm):
    """With documents."""

    note = forms.CharField(
        label=_("What should we know?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 4}),
        error_messages={"max_length": _("This is too long. Use 1000 characters or fewer.")},
    )
    documents = DocumentsField()

    def clean(self) -> dict[str, Any]:
        """And a browser gives no file twice."""
        facts = super().clean()
        if self.errors and "documents" not in self.errors:
            self.add_error("documents", ValidationError(messages.CHOOSE_AGAIN, code="again"))
        return facts
