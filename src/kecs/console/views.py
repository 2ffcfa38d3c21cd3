"""The pages of staff. Every one is behind StaffRequired; every look at personal data is on the log before it is shown."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from kecs.accounts.queries import signed_in
from kecs.assurance.actions import NeedsColleague, mark_letter_posted, print_letter
from kecs.assurance.levels import Illegal
from kecs.assurance.queries import letters_to_post
from kecs.console import actions
from kecs.console.cases.actions import open_document_of
from kecs.console.cases.queue import Filter, queue_page
from kecs.console.find import FindForm
from kecs.console.gate import DeskView, FreshDeskView
from kecs.console.messages import OWN_CASE
from kecs.console.permissions import Function
from kecs.corrections.attachments import attachment
from kecs.corrections.documents.actions import DocumentGone, DocumentHeld


class FrontView(DeskView):
    """How much waits for staff: cases, and letters to post."""

    function = Function.SEE_DESK

    def get(self, request: HttpRequest) -> HttpResponse:
        """Names nobody, and counts nothing of what her roles do not open."""
        recoveries = self.may(Function.DECIDE_RECOVERY)
        context = {
            "form": FindForm(self.roles) if self.may(Function.FIND_PERSON) else None,
            "total": queue_page(Filter(), me=signed_in(request), recoveries=recoveries).total
            if self.may(Function.SEE_CASES)
            else None,
            "letters": len(letters_to_post()) if self.may(Function.POST_LETTERS) else None,
        }
        return render(request, "console/desk.html", context)


class DocumentView(DeskView):
    """A document of a request, as a download; opening it is on the log."""

    function = Function.DECIDE_CASE

    def post(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        """By POST, because it leaves a trace. Nobody opens those of a case about herself (OwnCase, at the gate)."""
        try:
            return attachment(open_document_of(document_id=document_id, by=self.staff))
        except (DocumentGone, DocumentHeld):
            return render(request, "console/document_held.html", status=409)


class LettersView(FreshDeskView):
    """Letters to print and post."""

    function = Function.POST_LETTERS

    def get(self, request: HttpRequest) -> HttpResponse:
        """The longest waiting first."""
        letters = letters_to_post()
        actions.look_at_letters(letter_ids=[letter.letter_id for letter in letters], by=self.staff)
        return render(request, "console/letters.html", {"letters": letters, "me": self.staff})


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
        except NeedsColleague:
            messages.warning(request, _("Ask a colleague to mark it as posted."))
            return redirect("console:letters")
        except Illegal:
            messages.warning(request, _("Print the letter first. Then mark it as posted."))
            return redirect("console:letters")
        messages.success(request, _("The letter is marked as posted."))
        return redirect("console:letters")
