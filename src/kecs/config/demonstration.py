"""The fictional town's three people to try, and the settings of a development installation; init_development uses it."""

import os
import secrets
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from kecs.accounts.actions import NewAccount, hash_of
from kecs.matching.decide import Claim, Outcome, decide
from kecs.records.queries import candidates_for, population
from kecs.registration.actions import claim_and_create_account
from kecs.registration.state import new_key

BY = "system:init_development"

ON_FILE = Claim(
    first_name="Katherine", last_surname="Smith-Jones", birth_date=date(1990, 7, 21), last4="7752"
)
TAKEN = Claim(first_name="Robert", last_surname="Hall", birth_date=date(1972, 11, 2), last4="1046")
NOT_ON_FILE = Claim(first_name="Pat", last_surname="Morgan", birth_date=date(1988, 7, 22), last4="3344")
NOT_ON_FILE_SSN = "900-77-3344"
TAKEN_USERNAME = "robert.hall"
TAKEN_PASSWORD = "Harbor-Lantern5 oak"  # noqa: S105 - of a fictional person, in development only

KECS_ENV = """# The settings of this development installation. The environment overrides them.
KECS_MODE=development
KECS_SECRET_KEY={secret_key}
KECS_AGENCY_NAME="Demonstration Department of Education"
KECS_HELP_PHONE="(502) 555-0142"
KECS_HELP_EMAIL=help@kecs.example.org
KECS_HELP_HOURS="Monday to Friday, 8 a.m. to 5 p.m."
KECS_HELP_HOURS_ES="De lunes a viernes, de 8 a.m. a 5 p.m."
# An agency puts the words of its counsel here; production does not start while they are blank.
KECS_SSN_NOTICE_MANDATORY_OR_VOLUNTARY="DEMONSTRATION TEXT: giving your number is voluntary. Without it, our staff register you."
KECS_SSN_NOTICE_AUTHORITY="DEMONSTRATION TEXT: the agency names the law here."
KECS_SSN_NOTICE_USES="DEMONSTRATION TEXT: to find your record, and to keep it apart from everybody else's."
KECS_SSN_NOTICE_MANDATORY_OR_VOLUNTARY_ES="TEXTO DE MUESTRA: dar su número es voluntario. Sin él, nuestro personal le registra."
KECS_SSN_NOTICE_AUTHORITY_ES="TEXTO DE MUESTRA: la agencia nombra aquí la ley."
KECS_SSN_NOTICE_USES_ES="TEXTO DE MUESTRA: para encontrar su expediente y no confundirlo con el de otra persona."
"""


def write_settings(path: Path) -> bool:
    """Write kecs.env for a new development installation, readable by its owner only. False when there is one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(KECS_ENV.format(secret_key=secrets.token_urlsafe(48)))
    return True


def take_a_record() -> None:
    """Let the second person claim her record, as she would at the front door; nothing when she has."""
    with transaction.atomic():
        decision = decide(TAKEN, candidates_for(TAKEN), population=population())
    if decision.outcome is not Outcome.ONE or decision.record_id is None:
        return
    new = NewAccount(
        username=TAKEN_USERNAME,
        email="robert.hall@example.org",
        password_hash=hash_of(password=TAKEN_PASSWORD, by=BY),
        language="en",
    )
    claim_and_create_account(key=new_key(), claim=TAKEN, record_id=UUID(decision.record_id), new=new, by=BY)


def people_to_try(origin: str) -> str:
    """What the console says when the portal is served."""

    def facts(claim: Claim) -> str:
        return (
            f"{claim.first_name} {claim.last_surname}, last 4 {claim.last4}, born {claim.birth_date:%m/%d/%Y}"
        )

    return f"""
  {origin}{reverse("account_login")}

  Three fictional people to try (press Register):
    on file, not taken   {facts(ON_FILE)}
    on file, taken       {facts(TAKEN)}  (username {TAKEN_USERNAME}, password {TAKEN_PASSWORD})
    not on file          {facts(NOT_ON_FILE)}  (SSN {NOT_ON_FILE_SSN})
"""
