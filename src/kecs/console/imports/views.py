"""The pages of a file of records. What they show are counts, columns and line numbers: nobody's data."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib import messages as notes
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from kecs.accounts.factors.gate import kept_typed
from kecs.console.downloads import as_download
from kecs.console.gate import DeskView, FreshDeskView
from kecs.console.imports import messages
from kecs.console.imports.actions import note_rejects_taken
from kecs.console.imports.forms import ReasonForm, UploadForm
from kecs.console.permissions import Function
from kecs.corrections.names import shown_name
from kecs.guard.actions import count
from kecs.guard.limits import Limit
from kecs.records.importing.parse import FileRefused
from kecs.records.kinds import UploadState
from kecs.records.uploads import actions
from kecs.records.uploads.command_line.actions import ask_to_undo_run
from kecs.records.uploads.command_line.queries import CommandLineRun, command_line_run, command_line_runs
from kecs.records.uploads.queries import (
    UploadView,
    left_because,
    left_records,
    recent_uploads,
    report_of,
    upload_with_id,
)


def words_of(upload: UploadView) -> dict[str, Any]:
    """What the templates say of a file."""
    seconds = upload.seconds_left
    return {
        "upload": upload,
        "state": messages.STATES[upload.state],
        "left": str(timedelta(seconds=seconds)) if seconds is not None else "",
    }


class ImportsView(DeskView):
    """The files of late, and a form for one more."""

    function = Function.IMPORT_RECORDS

    def page(self, form: UploadForm, status: int = 200) -> HttpResponse:
        """With the list."""
        context = {
            "form": form,
            "uploads": [words_of(upload) for upload in recent_uploads(by=self.staff)],
            "runs": command_line_runs(by=self.staff),
            "most": settings.KECS_IMPORT_MOST_BYTES,
        }
        return render(self.request, "console/imports.html", context, status=status)

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        return self.page(UploadForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keeps the file, which lies sealed already; a worker looks through it."""
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form)
        if not count(limit=Limit.IMPORTS_PER_STAFF_HOUR, subject=self.staff, by=self.staff).allowed:
            form.add_error("file", messages.TOO_MANY_FILES)
            return self.page(form, status=429)
        file = form.cleaned_data["file"]
        try:
            upload_id = actions.keep_upload(upload=file, name=shown_name(file.name or ""), by=self.staff)
        except FileRefused as refused:
            form.add_error("file", messages.FILE_PROBLEMS[refused.code])
            return self.page(form)
        return redirect("console:import", upload_id)


def found(upload_id: UUID) -> UploadView:
    """Raises Http404."""
    upload = upload_with_id(upload_id)
    if upload is None:
        raise Http404
    return upload


class ImportView(DeskView):
    """One file: its columns, what it would do or did, and what may be done next."""

    function = Function.IMPORT_RECORDS

    def get(self, request: HttpRequest, upload_id: UUID) -> HttpResponse:
        """As it stands now."""
        upload = found(upload_id)
        context = {
            **words_of(upload),
            "columns": [(column, messages.COLUMNS[column]) for column in upload.columns],
            "rejected": [
                (each, messages.REJECTED_BECAUSE.get(each.code, each.code)) for each in upload.problems
            ],
            "may_be_loaded": upload.state in {UploadState.CHECKED, UploadState.STOPPED},
            "may_be_discarded": upload.state
            in {UploadState.CHECKING, UploadState.CHECKED, UploadState.FAILED},
        }
        if upload.left:
            context["left_because"] = [
                (messages.LEFT_BECAUSE[why], many) for why, many in left_because(upload_id).items()
            ]
            context["left_records"] = [
                (each.record_id, messages.LEFT_BECAUSE[each.why]) for each in left_records(upload_id)
            ]
        return render(request, "console/import.html", context)


class ImportProgressView(DeskView):
    """How far it has come, for the script of the page."""

    function = Function.IMPORT_RECORDS

    def get(self, request: HttpRequest, upload_id: UUID) -> HttpResponse:
        """The words of the page, made by the page's own template."""
        upload = found(upload_id)
        words = render_to_string("console/import_progress.html", words_of(upload)).strip()
        return JsonResponse({"works": upload.works, "percent": upload.percent, "words": words})


class AskView(FreshDeskView):
    """Asks once more, with a reason, before anything changes."""

    function = Function.IMPORT_RECORDS
    undo: ClassVar[bool]

    def may_be_asked(self, upload: UploadView) -> bool:
        """Whether the file is in a state for it."""
        raise NotImplementedError

    def ask(self, upload_id: UUID, form: ReasonForm) -> None:
        """Carries it out. Raises Otherwise."""
        raise NotImplementedError

    def page(self, upload: UploadView, form: ReasonForm, status: int = 200) -> HttpResponse:
        """What will happen."""
        back = reverse("console:import", args=[upload.upload_id])
        context = {**words_of(upload), "form": form, "undo": self.undo, "back": back}
        return render(self.request, "console/import_confirm.html", context, status=status)

    def get(self, request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
        """The question."""
        upload = found(upload_id)
        if not self.may_be_asked(upload):
            notes.info(request, messages.NOT_NOW)
            return redirect("console:import", upload_id)
        return self.page(upload, ReasonForm(undo=self.undo, initial=kept_typed(request)))

    def post(self, request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
        """The answer."""
        form = ReasonForm(request.POST, undo=self.undo)
        if not form.is_valid():
            return self.page(found(upload_id), form)
        try:
            self.ask(upload_id, form)
        except actions.Otherwise:
            notes.warning(request, messages.NOT_NOW)
        return redirect("console:import", upload_id)


class ImportLoadView(AskView):
    """Load the rows."""

    undo = False

    def may_be_asked(self, upload: UploadView) -> bool:
        return upload.state in {UploadState.CHECKED, UploadState.STOPPED}

    def ask(self, upload_id: UUID, form: ReasonForm) -> None:
        actions.ask_to_load(upload_id=upload_id, reason=form.why, by=self.staff)


class ImportUndoView(AskView):
    """Undo the whole import."""

    undo = True

    def may_be_asked(self, upload: UploadView) -> bool:
        return upload.may_be_undone

    def ask(self, upload_id: UUID, form: ReasonForm) -> None:
        actions.ask_to_undo(upload_id=upload_id, reason=form.why, by=self.staff)


class ImportRunUndoView(FreshDeskView):
    """Undo what `kecs import` did: an import has a page, whoever began it and where."""

    function = Function.IMPORT_RECORDS

    def page(self, run: CommandLineRun, form: ReasonForm) -> HttpResponse:
        """What will happen."""
        context = {"upload": run, "form": form, "undo": True, "back": reverse("console:imports")}
        return render(self.request, "console/import_confirm.html", context)

    def gone(self) -> HttpResponse:
        """A day has passed, or somebody came first."""
        notes.info(self.request, messages.NOT_NOW)
        return redirect("console:imports")

    def get(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """The question."""
        run = command_line_run(run_id)
        if run is None or not run.may_be_undone:
            return self.gone()
        return self.page(run, ReasonForm(undo=True, initial=kept_typed(request)))

    def post(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """The answer; from now on it has the page of a file."""
        run, form = command_line_run(run_id), ReasonForm(request.POST, undo=True)
        if run is None:
            return self.gone()
        if not form.is_valid():
            return self.page(run, form)
        try:
            upload_id = ask_to_undo_run(run_id=run_id, reason=form.why, by=self.staff)
        except actions.Otherwise:
            return self.gone()
        return redirect("console:import", upload_id)


class ImportStopView(DeskView):
    """Stop the loading half-way. Asks for nothing more: what goes wrong must stop at once."""

    function = Function.IMPORT_RECORDS

    def post(self, request: HttpRequest, upload_id: UUID) -> HttpResponse:
        """Back to the file."""
        try:
            actions.ask_to_stop(upload_id=found(upload_id).upload_id, by=self.staff)
        except actions.Otherwise:
            notes.info(request, messages.NOT_NOW)
        return redirect("console:import", upload_id)


class ImportDiscardView(DeskView):
    """The file will not be loaded."""

    function = Function.IMPORT_RECORDS

    def post(self, request: HttpRequest, upload_id: UUID) -> HttpResponse:
        """Back to the list."""
        try:
            actions.discard(upload_id=found(upload_id).upload_id, by=self.staff)
        except actions.Otherwise:
            notes.info(request, messages.NOT_NOW)
            return redirect("console:import", upload_id)
        notes.success(request, _("The file is discarded, and its content is destroyed."))
        return redirect("console:imports")


class ImportRejectsView(DeskView):
    """The report of rejected rows, as a download; by POST, because it leaves a trace."""

    function = Function.IMPORT_RECORDS

    def post(self, request: HttpRequest, upload_id: UUID) -> StreamingHttpResponse:
        """Raises Http404 where it is gone."""
        if not found(upload_id).report:
            raise Http404
        note_rejects_taken(upload_id=upload_id, by=self.staff)
        return as_download(report_of(upload_id), name=f"rejects-{str(upload_id)[:8]}.csv")
