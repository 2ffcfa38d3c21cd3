"""What the page of a recovery shows: both sides next to each other, gathered from the rooms below."""

from kecs.accounts.queries import state_of
from kecs.accounts.recovery.queries import Asked
from kecs.console.comparing import Line, compared
from kecs.records.holdings.queries import contact_email_of, held_by
from kecs.records.queries import stated_by


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
