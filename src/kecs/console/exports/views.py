"""The page on which staff choose a list to take along."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from kecs.accounts.factors.gate import kept_typed
from kecs.console.downloads import as_download
from kecs.console.exports import messages
from kecs.console.exports.actions import TooManyExports, export_list
from kecs.console.exports.forms import ExportForm
from kecs.console.gate import FreshDeskView
from kecs.console.permissions import Function
from kecs.records.uploads.command_line.queries import loaded_runs
from kecs.records.uploads.queries import loaded_uploads


class ExportsView(FreshDeskView):
    """Behind a fresh second factor: a list is the data of many at once."""

    function = Function.EXPORT_LISTS

    def form(self, *args: Any, **kwargs: Any) -> ExportForm:
        """With a box for each column that her roles see of everybody; without one, nothing that is sent gets it."""
        loaded = [*loaded_uploads(by=self.staff), *loaded_runs(by=self.staff)]
        return ExportForm(*args, imports=loaded, roles=self.roles, **kwargs)

    def page(self, form: ExportForm, status: int = 200) -> HttpResponseBase:
        """The choice."""
        return render(self.request, "console/exports.html", {"form": form}, status=status)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The choice, with what was chosen before the second factor was asked."""
        kept = kept_typed(request)
        unticked = {name: name in kept for name in self.form().fields if name.startswith("column_")}
        return self.page(self.form(initial={**unticked, **kept} if kept else None))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """The list, as a file."""
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(form)
        try:
            export = export_list(wanted=form.wanted, columns=form.columns, reason=form.why, by=self.staff)
        except TooManyExports:
            form.add_error(None, messages.TOO_MANY)
            return self.page(form, status=429)
        return as_download(export.pieces, name=f"{form.wanted.which}-{str(export.export_id)[:8]}.csv")
