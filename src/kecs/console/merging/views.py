"""Merging two records: which two, side by side, what will move, a second yes; agreeing to a colleague's proposal; undoing."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kecs.accounts.factors.gate import kept_typed
from kecs.assurance.merging.actions import approve, merge, unmerge
from kecs.console.actions import TooManySearches
from kecs.console.gate import FreshDeskView
from kecs.console.merging import messages as words
from kecs.console.merging.actions import find_other_record, look_at_records
from kecs.console.merging.forms import MergeForm, NumberForm
from kecs.console.merging.queries import Compared, compared, moves_of
from kecs.console.permissions import Function
from kecs.records.cases.queries import CaseFile, case_with_id
from kecs.records.kinds import CaseKind, MergeReason
from kecs.records.merging.actions import (
    Changed,
    Gone,
    NeedsTwo,
    NotAsChosen,
    NotOpen,
    OwnRecord,
    ProposedBefore,
    propose_merge,
    withdraw_merge,
)
from kecs.records.merging.queries import (
    Merge,
    former_numbers_of,
    living_record,
    merge_with_id,
    merges_of,
    proposed_merges,
    undoing_of,
)
from kecs.records.merging.undoing.actions import CannotUndo
from kecs.records.person_file.queries import demand_other_record

REFUSALS = {
    Gone: (words.GONE, 409),
    ProposedBefore: (words.PROPOSED_BEFORE, 409),
    Changed: (words.CHANGED, 409),
    NeedsTwo: (words.CHANGED, 409),
    NotOpen: (words.NOT_OPEN, 409),
    OwnRecord: (words.OWN, 403),
}


# A case about an account is not: whose record it is has still to be said.
DECIDED_BY_MERGING = frozenset({CaseKind.LINKAGE_DUPLICATE, CaseKind.LINKAGE_OTHER_FIRST_NAME})


def _uuid(text: str | None) -> UUID | None:
    with suppress(ValueError):
        return UUID(text or "")
    return None


class MergeView(FreshDeskView):
    """Which other record; and then the two, side by side."""

    function = Function.MERGE_RECORDS

    def get(self, request: HttpRequest, record_id: UUID) -> HttpResponse:
        """A record that was absorbed leads to the one that has it. `with` names the other, `case` the case it came of."""
        living = living_record(record_id)
        if living is None:
            raise Http404
        if living != record_id:
            return redirect("console:merge", living)
        demand_other_record(record_id, by=self.staff)
        other = living_record(_uuid(request.GET.get("with")) or record_id)
        if other is None or other == record_id:
            return self.which(record_id, NumberForm(initial=kept_typed(request)))
        return self.sides(record_id, other)

    def post(self, request: HttpRequest, record_id: UUID) -> HttpResponse:
        """The number of the other one, or the choices; asks once more, then merges or proposes it."""
        if living_record(record_id) is None:
            raise Http404
        demand_other_record(record_id, by=self.staff)
        if "number" in request.POST:
            return self.found(record_id, NumberForm(request.POST))
        other = _uuid(request.POST.get("with"))
        if other is None:
            raise Http404
        look_at_records(record_ids=(record_id, other), why="merge", by=self.staff)
        page = compared(record_id, other)
        if page is None:
            return self.refused(record_id, words.GONE, 409)
        form = MergeForm(page, request.POST)
        if not form.is_valid():
            return self.page(page, form)
        moves = moves_of(page, form.choices)
        for trouble in moves.planned.troubles:
            form.add_error(None, words.TROUBLES[trouble])
        if form.errors:
            return self.page(page, form)
        if "confirmed" not in request.POST:
            return self.page(page, form, "merge_confirm", moves=moves)
        return self.carry_out(page, form)

    def which(self, record_id: UUID, form: NumberForm, status: int = 200) -> HttpResponse:
        """Asks for the other record; below, the merges that this one was in."""
        context = {
            "record_id": record_id,
            "form": form,
            "merges": [(each, words.STATES[each.state]) for each in merges_of(record_id)],
            "numbers": former_numbers_of(record_id),
        }
        return render(self.request, "console/merge_which.html", context, status=status)

    def found(self, record_id: UUID, form: NumberForm) -> HttpResponse:
        """On to both, side by side."""
        if not form.is_valid():
            return self.which(record_id, form)
        try:
            other = find_other_record(number=form.cleaned_data["number"], by=self.staff)
        except TooManySearches:
            form.add_error("number", words.TOO_MANY_SEARCHES)
            return self.which(record_id, form, status=429)
        if other is None or other == record_id:
            form.add_error("number", words.NO_SUCH_NUMBER if other is None else words.SAME_RECORD)
            return self.which(record_id, form)
        return redirect(f"{reverse('console:merge', args=[record_id])}?with={other}")

    def sides(self, first: UUID, second: UUID) -> HttpResponse:
        """The look is on the log first."""
        look_at_records(record_ids=(first, second), why="merge", by=self.staff)
        page = compared(first, second)
        if page is None:
            raise Http404
        return self.page(page, MergeForm(page, initial=kept_typed(self.request)))

    def page(
        self, page: Compared, form: MergeForm, template: str = "merge_sides", status: int = 200, **more: Any
    ) -> HttpResponse:
        """Rendered, with the case that it came of."""
        case = self.case(page)
        context = {"page": page, "form": form, "case_id": case.case_id if case else None, **more}
        return render(self.request, f"console/{template}.html", context, status=status)

    def case(self, page: Compared) -> CaseFile | None:
        """The open case that this merge decides: of batch linkage, about these two."""
        asked = self.request.POST.get("case") or self.request.GET.get("case")
        case_id = _uuid(asked)
        case = case_with_id(case_id) if case_id else None
        if case is None or case.closed_at or case.kind not in DECIDED_BY_MERGING:
            return None
        return case if {page.first_id, page.second_id} <= set(case.record_ids) else None

    def carry_out(self, page: Compared, form: MergeForm) -> HttpResponse:
        """Once; who comes second reads so."""
        case = self.case(page)
        chosen: dict[str, Any] = {
            "first_id": page.first_id,
            "second_id": page.second_id,
            "choices": form.choices,
            "reason": form.reason,
            "case_id": case.case_id if case else None,
            "by": self.staff,
        }
        try:
            if page.both_held:
                merge_id = propose_merge(**chosen)
                messages.success(self.request, _("A colleague must agree now. Tell one."))
            else:
                merge_id = merge(**chosen).merge_id
                messages.success(self.request, _("The two records are one now."))
        except NotAsChosen as error:
            return self.refused(page.first_id, words.TROUBLES[error.troubles[0]], 409)
        except tuple(REFUSALS) as error:
            return self.refused(page.first_id, *REFUSALS[type(error)])
        return redirect("console:merged", merge_id)

    def refused(self, record_id: UUID, why: Any, status: int) -> HttpResponse:
        """Says why nothing was done."""
        context = {"why": why, "record_id": living_record(record_id) or record_id}
        return render(self.request, "console/merge_refused.html", context, status=status)


class MergesView(FreshDeskView):
    """The merges that wait for a second person."""

    function = Function.MERGE_RECORDS

    def get(self, request: HttpRequest) -> HttpResponse:
        """No names: the longest waiting first."""
        waiting = [(each, each.proposed_by == self.staff) for each in proposed_merges()]
        return render(request, "console/merges.html", {"merges": waiting})


class MergedView(FreshDeskView):
    """One merge: to agree to, to take back, to undo, or as it ended."""

    function = Function.MERGE_RECORDS

    def get(self, request: HttpRequest, merge_id: UUID) -> HttpResponse:
        """As it stands."""
        return self.page(self.merge(merge_id))

    def merge(self, merge_id: UUID) -> Merge:
        """Raises Http404, and the person's OwnRecord where either record is her own."""
        found = merge_with_id(merge_id)
        if found is None:
            raise Http404
        for record_id in found.sides:
            demand_other_record(record_id, by=self.staff)
        return found

    def page(self, found: Merge, why: Any = "", status: int = 200, **more: Any) -> HttpResponse:
        """A proposal shows both records; the look is on the log first. What is over shows nobody's data."""
        context: dict[str, Any] = {"merge": found, "state": words.STATES[found.state], "why": why, **more}
        context["reason"] = words.REASONS[MergeReason(found.reason)]
        if found.state == "proposed":
            look_at_records(record_ids=found.sides, why="approve", by=self.staff)
            page = compared(*found.sides)
            context |= {"page": page, "moves": moves_of(page, found.choices) if page else None}
            context["own"] = found.proposed_by == self.staff
        if found.state == "merged":
            obstacles = undoing_of(found.merge_id).obstacles
            context["obstacles"] = [words.OBSTACLES[each] for each in obstacles]
        return render(self.request, "console/merged.html", context, status=status)

    def post(self, request: HttpRequest, merge_id: UUID) -> HttpResponse:
        """Undoing asks once more; agreeing is the second yes by itself."""
        found, deed = self.merge(merge_id), request.POST.get("deed", "")
        if deed == "undo" and "confirmed" not in request.POST:
            return self.page(found, asks=True)
        try:
            self.carry_out(merge_id, deed)
        except NotAsChosen as error:
            return self.page(self.merge(merge_id), words.TROUBLES[error.troubles[0]], 409)
        except CannotUndo:
            return self.page(self.merge(merge_id), words.NOT_OPEN, 409)
        except tuple(REFUSALS) as error:
            return self.page(self.merge(merge_id), *REFUSALS[type(error)])
        return redirect("console:merged", merge_id)

    def carry_out(self, merge_id: UUID, deed: str) -> None:
        """What the button said."""
        if deed == "approve":
            approve(merge_id=merge_id, by=self.staff)
            messages.success(self.request, _("The two records are one now."))
        elif deed == "withdraw":
            withdraw_merge(merge_id=merge_id, by=self.staff)
            messages.success(self.request, _("The proposal is taken back. Nothing was changed."))
        elif deed == "undo":
            unmerge(merge_id=merge_id, by=self.staff)
            messages.success(self.request, _("There are two records again, as before."))
        else:
            raise Http404
