"""The words of this room: what is wrong with a file or an answer, and what to do."""

from django.utils.translation import gettext_lazy as _

from kecs.corrections.content.problems import ContentProblem
from kecs.corrections.kinds import Fact, Paper, Why

WHY = {
    Why.MARRIAGE: _("Marriage or divorce"),
    Why.COURT_ORDER: _("A court order"),
    Why.TYPING_MISTAKE: _("A typing mistake"),
    Why.OTHER: _("Something else"),
}
FACTS = {
    Fact.NAME: _("Name"),
    Fact.BIRTH_DATE: _("Date of Birth"),
    Fact.SSN: _("Social Security Number"),
}
PAPERS = {
    Paper.DRIVER_LICENSE: _("Driver's license or state ID"),
    Paper.PASSPORT: _("Passport"),
    Paper.SSN_CARD: _("Social Security card"),
    Paper.BIRTH_CERTIFICATE: _("Birth certificate"),
    Paper.MARRIAGE_CERTIFICATE: _("Marriage certificate"),
    Paper.COURT_ORDER: _("Court order or divorce decree"),
    Paper.AGENCY_FILE: _("A paper in our own files"),
}

CONTENT_PROBLEMS = {
    ContentProblem.EMPTY: _("The file %(name)s is empty. Choose another file."),
    ContentProblem.TOO_LARGE: _("The file %(name)s is larger than 10 MB. Choose a smaller one."),
    ContentProblem.OTHER_KIND: _(
        "The file %(name)s is not a photo or a PDF. Take a photo of your paper instead."
    ),
    ContentProblem.BROKEN: _(
        "We cannot read the file %(name)s. Part of it may be missing. Take the photo or make the PDF again."
    ),
    ContentProblem.TOO_MANY_PIXELS: _(
        "The picture %(name)s is too large for us. Take a photo of your paper instead."
    ),
    ContentProblem.TWOFOLD: _(
        "The file %(name)s has another file inside. To keep you safe, we do not take such files. Take a photo of your paper instead."
    ),
    ContentProblem.ACTIVE: _(
        "The PDF %(name)s can run a program or has other files inside. To keep you safe, we do not take such files. Print it as a new PDF, or take a photo of it."
    ),
    ContentProblem.LOCKED: _(
        "We cannot look inside the PDF %(name)s. Save it without a password, or take a photo of it."
    ),
}
UNNAMED = _("without a name")
NO_DOCUMENT = _("Add a photo or a PDF that shows what is right.")
TOO_MANY = _("You can send 5 files. Choose fewer.")
CHOOSE_AGAIN = _("Please choose your files again. Your browser does not keep them.")
NOTHING_ASKED = _("Tell us what is right. Fill in your name, your date of birth or your social.")
NO_WHY = _("Tell us why it is wrong.")
ALREADY_ASKED = _("You have asked already. This is what we have.")
NOT_TODAY = _("You have sent us a lot today. Please try again tomorrow, or call us.")
WITHDRAWN = _("You took your request back. We destroyed your files.")
ADDED = _("We have your files.")
CLOSED_MEANWHILE = _("Your request was closed in the meantime. This is where it stands.")
