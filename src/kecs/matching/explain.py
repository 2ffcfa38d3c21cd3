"""A decision as one line for staff; called by the console of staff, by kecs match and by cases."""

from kecs.matching.decide import Decision, NewDecision, NewOutcome, Outcome, ReviewReason
from kecs.matching.findings import in_words

_HEADLINES: dict[str, str] = {
    Outcome.NONE: "No record may be offered",
    Outcome.ONE: "One record agrees",
    Outcome.SEVERAL: "Several records agree",
    Outcome.HELD: "One record agrees and an account holds it already",
    NewOutcome.JOIN: "The full SSN is that of one record, which the account joins",
    NewOutcome.NEW: "Nobody on file comes near",
    ReviewReason.SEVERAL: "Several records agree",
    ReviewReason.ALREADY_HELD: "One record agrees and an account holds it already",
    ReviewReason.DECEASED: "The record that agrees is marked deceased",
    ReviewReason.SSN_ON_FILE_OTHER_NAME: "The full SSN is on file under another name",
    ReviewReason.NEAR_MATCH: "A record on file comes near",
}


def explain(decision: Decision | NewDecision) -> str:
    """The outcome, what agreed and what differed, and the evidence in bits; no values."""
    reason = decision.reason if isinstance(decision, NewDecision) else None
    headline = _HEADLINES[reason or decision.outcome]
    if decision.bits is None:
        return f"{headline}."
    return f"{headline}: {in_words(decision.because)}. Evidence: {decision.bits:.1f} bits."
