"""The reasons for which staff see a whole number, as staff and its owner read them."""

from django.utils.translation import gettext_lazy as _

from kecs.records.revealing.reasons import RevealReason

REVEAL_REASONS = {
    RevealReason.COMPARE_DOCUMENT: _("to compare it with a document"),
    RevealReason.COMPARE_AGENCY: _("to ask another agency about this person"),
    RevealReason.DUPLICATE: _("to find out whether two records are one person"),
    RevealReason.LEGAL: _("because a court or a law asks for it"),
}
