"""What the page of a case shows: both sides next to each other, gathered from the rooms below."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kecs.accounts.queries import state_of
from kecs.accounts.recovery.queries import Asked
from kecs.console.comparing import Line, compared
from kecs.corrections.queries import CorrectionView, correction_of_case
from kecs.matching.findings import Finding, in_words
from kecs.records.cases.queries import CaseFile
from kecs.records.holdings.queries import contact_email_of, held_by, stored_record
from kecs.records.queries import stated_by


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything on the page of a case; every SSN is masked."""

    case: CaseFile
    username: str = field(repr=False)
    other_username: str = field(repr=False)
    lines: list[Line] = field(repr=False)
    message: str = field(repr=False)
    explained: str
    correction: CorrectionView | None
    asked_birth_date: str = field(repr=False)


def case_page(case: CaseFile) -> CasePage:
    """Both sides of the case, unsealed. Who shows it records the look first."""
    correction = correction_of_case(case.case_id)
    return CasePage(
        case=case,
        username=_username(case.account_id),
        other_username=_username(case.other_account_id),
        lines=compared(_stated(case), [_on_file(record_id) for record_id in case.record_ids]),
        message=case.facts.get("message", ""),
        explained=case.explained or _in_words(case.because),
        correction=correction,
        asked_birth_date=_day(correction.birth_date) if correction else "",
    )


def recovery_lines(asked: Asked) -> list[Line]:
    """What was typed, beside the account that the typed username names and the record it holds."""
    typed = {"name": asked.name, "login": asked.login, "email": asked.email}
    if asked.account_id is None:
        return compared(typed, [])
    account, stated = state_of(asked.account_id), stated_by(asked.account_id)
    name = f"{stated.first_name} {stated.last_surname}" if stated else ""
    found = {"name": name, "login": account.username, "email": account.email}
    held = held_by(asked.account_id)
    on_file = contact_email_of(held.record_id) if held else ""
    return compared(typed, [found, {"email": on_file}] if on_file else [found])


def _username(account_id: UUID | None) -> str:
    return state_of(account_id).username if account_id else ""


def _stated(case: CaseFile) -> dict[str, str]:
    """What the person said: kept with her account, or written to staff."""
    stated = stated_by(case.account_id) if case.account_id else None
    if stated is None:
        told = {fact: value for fact, value in case.facts.items() if fact != "message"}
        return {**told, "birth_date": _day(told.get("birth_date", ""))}
    return {
        "first_name": stated.first_name,
        "last_surname": stated.last_surname,
        "birth_date": _day(stated.birth_date),
        "ssn": stated.ssn_masked,
        "email": state_of(case.account_id).email if case.account_id else "",
    }


def _day(written: str) -> str:
    """From YYYY-MM-DD, as the agency's forms have it."""
    return f"{date.fromisoformat(written):%m/%d/%Y}" if written else ""


def _on_file(record_id: UUID) -> dict[str, str]:
    record = stored_record(record_id)
    return {
        "first_name": record.first_name,
        "last_surname": record.last_surname,
        "birth_date": _day(record.birth_date.isoformat() if record.birth_date else ""),
        "ssn": record.ssn_masked,
        "email": record.contact_email,
        "middle_name": record.middle_name,
        "other_names": ", ".join(record.other_names),
        "staff_unique_id": record.staff_unique_id,
    }


def _in_words(because: Iterable[str]) -> str:
    return in_words(finding for finding in because if finding in set(Finding))
