"""Whom each address is for, as data: doorkeeping.py goes to every address as everybody and compares.

The staff's part stands in the console's own table; to everybody here its addresses are shut.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from tests.house.test_addresses import PUBLIC


class Role(StrEnum):
    """Who comes. None of them works at the agency."""

    STRANGER = "stranger"
    SEARCHER = "searcher"  # has searched, in this session
    NEWCOMER = "newcomer"  # pressed Create New Account: level 0
    CLAIMANT = "claimant"  # pressed This is Me!: level 1
    FROZEN = "frozen"  # somebody said that it was not she
    VERIFIED = "verified"  # level 2


ALL = frozenset(Role)
NOBODY: frozenset[Role] = frozenset()
EDUCATORS = frozenset({Role.NEWCOMER, Role.CLAIMANT, Role.FROZEN, Role.VERIFIED})
VISITORS = ALL - EDUCATORS
MUST_PROVE = frozenset({Role.NEWCOMER, Role.CLAIMANT})
SEARCHERS = frozenset({Role.SEARCHER})
# Addresses that only staff may open, by how they begin.
STAFF = ("console", "desk")

# Who gets a page by GET. Pages of the front door send those home who have an account.
PERMISSIONS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "": VISITORS,
        "account": EDUCATORS,
        "account-closed": ALL,
        "account/activity": EDUCATORS,
        "account/again": EDUCATORS,
        "account/devices": EDUCATORS,
        "account/devices/<uuid:session_id>/end": NOBODY,  # POST only
        "account/devices/others/end": NOBODY,  # POST only
        "account/emails": EDUCATORS,
        "account/emails/<int:address_id>/primary": NOBODY,  # POST only
        "account/emails/<int:address_id>/remove": NOBODY,  # POST only
        "account/emails/<int:address_id>/resend": NOBODY,  # POST only
        "account/emails/add": EDUCATORS,
        "account/passkeys": EDUCATORS,
        "account/passkeys/<int:passkey_id>": NOBODY,  # of those who have one: 404
        "account/passkeys/<int:passkey_id>/remove": NOBODY,
        "account/passkeys/add": EDUCATORS,
        "account/password": EDUCATORS,
        "account/second-step": EDUCATORS,
        "account/second-step/app": EDUCATORS,
        "account/second-step/app/remove": EDUCATORS,
        "account/second-step/codes": NOBODY,  # after another factor
        "account/second-step/codes/file": NOBODY,
        "confirm-email": ALL,
        "confirm-email/<str:token>": NOBODY,  # leads to confirm-email
        "confirm-email/change": EDUCATORS - {Role.VERIFIED},  # a confirmed address is changed elsewhere
        "confirm-email/resend": NOBODY,  # POST only
        "confirm-it-is-you": MUST_PROVE,
        "confirm-it-is-you/code": NOBODY,  # POST only
        "confirm-it-is-you/letter": NOBODY,  # POST only
        "corrections": EDUCATORS - {Role.FROZEN},
        "corrections/documents": NOBODY,  # leads to the request
        "corrections/not-me": ALL,
        "corrections/not-me/<str:token>": NOBODY,
        "corrections/state": NOBODY,  # without a request it leads to the form
        "corrections/withdraw": NOBODY,  # POST only
        "forgot-password": ALL,
        "forgot-password/<str:uidb36>/<str:key>": ALL,
        "forgot-password/chosen": ALL,
        "forgot-password/sent": ALL,
        "forgot-username": ALL,
        "forgot-username/sent": ALL,
        "healthz": ALL,
        "metrics": NOBODY,
        "readyz": ALL,
        "home": EDUCATORS,
        "language/setlang/": NOBODY,
        # Of staff; who among them opens what stands in tests/rooms/console/test_roles.py.
        "desk": NOBODY,
        "desk/cases": NOBODY,
        "desk/cases/<uuid:case_id>": NOBODY,
        "desk/cases/<uuid:case_id>/reopen": NOBODY,
        "desk/cases/<uuid:case_id>/take": NOBODY,
        "desk/documents/<uuid:document_id>": NOBODY,
        "desk/find": NOBODY,
        "desk/exports": NOBODY,
        "desk/imports": NOBODY,
        "desk/imports/<uuid:upload_id>": NOBODY,
        "desk/imports/<uuid:upload_id>/discard": NOBODY,
        "desk/imports/<uuid:upload_id>/load": NOBODY,
        "desk/imports/<uuid:upload_id>/progress": NOBODY,
        "desk/imports/<uuid:upload_id>/rejects": NOBODY,
        "desk/imports/<uuid:upload_id>/stop": NOBODY,
        "desk/imports/runs/<uuid:run_id>/undo": NOBODY,
        "desk/imports/<uuid:upload_id>/undo": NOBODY,
        "desk/letters": NOBODY,
        "desk/letters/<uuid:letter_id>": NOBODY,
        "desk/letters/<uuid:letter_id>/posted": NOBODY,
        "desk/security": NOBODY,
        "desk/security/people/<uuid:record_id>": NOBODY,
        "desk/security/staff/<uuid:account_id>": NOBODY,
        "desk/weekly": NOBODY,
        "desk/accounts/<uuid:account_id>": NOBODY,
        "desk/accounts/<uuid:account_id>/repairs/<str:repair>": NOBODY,
        "desk/people/<uuid:record_id>": NOBODY,
        "desk/people/<uuid:record_id>/repairs/<str:repair>": NOBODY,
        "desk/people/<uuid:record_id>/ssn": NOBODY,
        "desk/staff": NOBODY,
        "desk/staff/<uuid:account_id>": NOBODY,
        "desk/merges": NOBODY,
        "desk/merges/<uuid:merge_id>": NOBODY,
        "desk/people/<uuid:record_id>/merge": NOBODY,
        "desk/recoveries": NOBODY,
        "desk/recoveries/<uuid:recovery_id>": NOBODY,
        "desk/recoveries/<uuid:recovery_id>/take": NOBODY,
        "email-was-not-me": ALL,
        "email-was-not-me/<str:token>": NOBODY,
        "new-device/not-me": ALL,
        "new-device/not-me/<str:token>": NOBODY,
        "not-me": ALL,
        "not-me/letter": ALL,
        "not-me/<str:token>": NOBODY,
        "record": frozenset({Role.VERIFIED}),
        "recover": ALL,
        "recover/confirm": ALL,
        "recover/confirm/<str:token>": NOBODY,
        "recover/sent": ALL,
        "recover/stop": ALL,
        "recover/stop/<str:token>": NOBODY,
        "register": NOBODY,  # leads to the search
        "register/account": NOBODY,  # before a choice
        "register/invited": VISITORS,
        "register/invited/<str:token>": NOBODY,
        "register/later": NOBODY,  # answers 429
        "register/mailbox": NOBODY,  # in strict mode only
        "register/match": SEARCHERS,
        "register/match/username": SEARCHERS,
        "register/no-ssn": ALL,
        "register/no-ssn/sent": ALL,
        "register/search": VISITORS,
        "robot/challenge": NOBODY,  # where the check needs none, as here: 404
        "accessibility": ALL,
        "help": ALL,
        "help/ask": ALL,
        "session/extend": NOBODY,  # POST only
        "session/left": EDUCATORS,
        "sign-in/passkey": NOBODY,  # POST only
        "sign-in/passkey/options": ALL,
        "sign-in/second-step": NOBODY,  # after the right password
        "sign-out": EDUCATORS,
        "suggest-password": ALL,
    }
)
# Who may send a form there: for addresses behind sign-in only; the public ones answer everybody.
FORMS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "confirm-email/change": EDUCATORS,
        "confirm-email/resend": EDUCATORS,
        "account/passkeys/<int:passkey_id>": EDUCATORS,
        "account/passkeys/<int:passkey_id>/remove": EDUCATORS,
        "account/second-step/codes": EDUCATORS,
        "confirm-it-is-you/code": MUST_PROVE,
        "confirm-it-is-you/letter": MUST_PROVE,
        "account/devices/<uuid:session_id>/end": EDUCATORS,
        "account/devices/others/end": EDUCATORS,
        "account/emails/<int:address_id>/primary": EDUCATORS,
        "account/emails/<int:address_id>/remove": EDUCATORS,
        "account/emails/<int:address_id>/resend": EDUCATORS,
        "session/extend": EDUCATORS,
        "corrections/documents": EDUCATORS,
        "corrections/withdraw": EDUCATORS,
        "home": NOBODY,
    }
)


def may_open(pattern: str) -> frozenset[Role]:
    """By the table; an address that it does not name yet is for those who are signed in, unless it is public."""
    if pattern in PERMISSIONS:
        return PERMISSIONS[pattern]
    if pattern.startswith(STAFF):
        return NOBODY
    return ALL if pattern in PUBLIC else EDUCATORS


def may_send(pattern: str) -> frozenset[Role]:
    """As may_open, for forms."""
    if pattern in FORMS:
        return FORMS[pattern]
    return ALL if pattern in PUBLIC else may_open(pattern)
