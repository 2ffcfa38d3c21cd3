"""The pages of staff. Every one is behind StaffRequired; every look at personal data is on the log before it is shown."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from kecs.accounts.factors.gate import kept_typed
from kecs.accounts.recovery.queries import open_recoveries
from kecs.assurance.actions import mark_letter_posted, print_letter
from kecs.assurance.levels import Illegal
from kecs.assurance.queries import letters_to_post
from kecs.console import actions
from kecs.console.find import FindForm
from kecs.console.forms import DecisionForm
from kecs.console.gate import DeskView, FreshDeskView
from kecs.console.messages import KINDS, NOT_POSSIBLE, OUTCOME_LABELS, OWN_CASE
from kecs.console.permissions import Function
from kecs.console.queries import CasePage, case_page
from kecs.corrections.attachments import attachment
from kecs.corrections.documents.actions import DocumentGone, DocumentHeld, open_document
from kecs.records.cases.queries import case_with_id, open_cases, open_kinds


class FrontView(DeskView):
    """What waits for staff: cases by age, and letters to post."""

    function = Function.SEE_DESK

    def get(self, request: HttpRequest) -> HttpResponse:
        """Cases of one kind, if asked; nothing of what her roles do not open."""
        kind = request.GET.get("kind", "")
        sees_cases = self.may(Function.SEE_CASES)
        context = {
            "form": FindForm() if self.may(Function.FIND_PERSON) else None,
            "sees_cases": sees_cases,
            "cases": [(case, KINDS.get(case.kind, case.kind)) for case in open_cases(kind)]
            if sees_cases
            else [],
            "kinds": [(each, KINDS.get(each, each), number) for each, number in open_kinds().items()],
            "kind": kind,
            "letters": len(letters_to_post()) if self.may(Function.POST_LETTERS) else None,
            "recoveries": len(open_recoveries()) if self.may(Function.DECIDE_RECOVERY) else None,
        }
        return render(request, "console/desk.html", context)


class CasePageView(FreshDeskView):
    """A page about one case. Whatever it shows, the look is on the log."""

    function = Function.SEE_CASES
    function_to_send = Function.DECIDE_CASE

    def looked_at(self, case_id: UUID) -> CasePage:
        """The case, once the look is recorded. Raises Http404."""
        case = case_with_id(case_id)
        if case is None:
            raise Http404
        actions.look_at_case(case=case, by=self.staff)
        return case_page(case)

    def page(
        self, page: CasePage, form: DecisionForm, template: str = "case", status: int = 200
    ) -> HttpResponse:
        """Rendered, with the words of its kind."""
        context: dict[str, Any] = {
            "page": page,
            "decides": self.may(Function.DECIDE_CASE),
            "form": form,
            "kind": KINDS.get(page.case.kind, page.case.kind),
            "too_late": status == 409,
        }
        if template == "confirm":
            context["outcome"] = OUTCOME_LABELS[form.decision.outcome]
        return render(self.request, f"console/{template}.html", context, status=status)


class CaseView(CasePageView):
    """Both sides next to each other, and what staff may decide."""

    def get(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """A closed case says how it ended."""
        page = self.looked_at(case_id)
        form = DecisionForm(page, initial=kept_typed(request))
        return self.page(page, form, "closed" if page.case.closed_at else "case")

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """Asks once more, then decides."""
        page = self.looked_at(case_id)
        form = DecisionForm(page, request.POST)
        if page.case.closed_at:
            return self.page(page, form, "closed", 409)
        if not form.is_valid():
            return self.page(page, form)
        if "confirmed" not in request.POST:
            return self.page(page, form, "confirm")
        return self.decide(page, form)

    def decide(self, page: CasePage, form: DecisionForm) -> HttpResponse:
        """Once; who comes second reads so."""
        try:
            actions.decide_case(case=page.case, decision=form.decision, by=self.staff)
        except actions.DecidedBefore:
            return self.page(self.looked_at(page.case.case_id), form, "closed", 409)
        except actions.NotPossible:
            form.add_error(None, NOT_POSSIBLE)
            return self.page(page, form, status=409)
        except actions.OwnCase:
            form.add_error(None, OWN_CASE)
            return self.page(page, form, status=403)
        messages.success(self.request, _("The case is closed."))
        return redirect("console:desk")


class DocumentView(DeskView):
    """A document of a request, as a download; opening it is on the log."""

    function = Function.DECIDE_CASE

    def post(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        """By POST, because it leaves a trace."""
        try:
            return attachment(open_document(document_id=document_id, by=self.staff))
        except (DocumentGone, DocumentHeld):
            return render(request, "console/document_held.html", status=409)


class LettersView(FreshDeskView):
    """Letters to print and post."""

    function = Function.POST_LETTERS

    def get(self, request: HttpRequest) -> HttpResponse:
        """The longest waiting first."""
        letters = letters_to_post()
        actions.look_at_letters(letter_ids=[letter.letter_id for letter in letters], by=self.staff)
        return render(request, "console/letters.html", {"letters": letters})


class LetterView(FreshDeskView):
    """One letter, to be printed. Made by POST, because each printing makes a fresh code."""

    function = Function.POST_LETTERS
    comes_back_to = reverse_lazy("console:letters")

    def post(self, request: HttpRequest, letter_id: UUID) -> HttpResponse:
        """The text, for the agency's letterhead."""
        try:
            letter = print_letter(letter_id=letter_id, by=self.staff)
        except ObjectDoesNotExist:  # posted meanwhile, or never there
            return redirect("console:letters")
        except Illegal:
            messages.warning(request, OWN_CASE)
            return redirect("console:letters")
        return render(request, "console/letter.html", {"letter": letter})


class PostedView(FreshDeskView):
    """The letter is in the post: its code works from now on."""

    function = Function.POST_LETTERS
    comes_back_to = reverse_lazy("console:letters")

    def post(self, request: HttpRequest, letter_id: UUID) -> HttpResponse:
        """Back to the list."""
        try:
            mark_letter_posted(letter_id=letter_id, by=self.staff)
        except ObjectDoesNotExist:  # posted meanwhile, or never there
            raise Http404 from None
        except Illegal:
            messages.warning(request, _("Print the letter first. Then mark it as posted."))
            return redirect("console:letters")
        messages.success(request, _("The letter is marked as posted."))
        return redirect("console:letters")
