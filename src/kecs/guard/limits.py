"""The table of named limits, each with its reason; rooms name one when they count a try."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONGEST_DELAY = 15 * MINUTE
NETWORK = "network"


class Limit(StrEnum):
    """The names of the limits. What stands in `subject` of RULES is what a caller passes as `subject`."""

    SEARCH_MISSES_PER_IDENTITY_DAY = "search_misses_per_identity_day"
    SEARCH_MISSES_PER_IDENTITY_TOTAL = "search_misses_per_identity_total"
    SEARCHES_PER_SESSION = "searches_per_session"
    SEARCHES_PER_NETWORK = "searches_per_network"
    SEARCHES_WITHOUT_SCRIPT_PER_NETWORK = "searches_without_script_per_network"
    SEARCHES_PER_MAILBOX = "searches_per_mailbox"
    MAILBOX_CODES_PER_NETWORK = "mailbox_codes_per_network"
    MAILBOX_CODES_PER_SEARCH = "mailbox_codes_per_search"
    TRIES_OF_A_MAILBOX_CODE = "tries_of_a_mailbox_code"
    USERNAME_TAKEN_PER_SESSION = "username_taken_per_session"
    MAILS_PER_ADDRESS_HOUR = "mails_per_address_hour"
    MAILS_PER_ADDRESS_DAY = "mails_per_address_day"
    MAILS_FROM_KNOWN_DEVICES_DAY = "mails_from_known_devices_day"
    NEW_DEVICE_MAILS_PER_ACCOUNT = "new_device_mails_per_account"
    MAILS_PER_ACCOUNT_DAY = "mails_per_account_day"
    SIGN_IN_FAILURES_FROM_UNKNOWN_DEVICES = "sign_in_failures_from_unknown_devices"
    SIGN_IN_FAILURES_FROM_KNOWN_DEVICES = "sign_in_failures_from_known_devices"
    SIGN_IN_FAILURES_PER_NETWORK = "sign_in_failures_per_network"
    SECOND_STEP_TRIES = "second_step_tries"
    SECOND_STEP_TRIES_IN_A_ROW = "second_step_tries_in_a_row"
    REGISTRATIONS_PER_NETWORK = "registrations_per_network"
    REGISTRATIONS_PER_SESSION = "registrations_per_session"
    FORM_SENT_AGAIN = "form_sent_again"
    NO_SSN_REQUESTS_PER_NETWORK = "no_ssn_requests_per_network"
    NO_SSN_REQUEST_SENT_AGAIN = "no_ssn_request_sent_again"
    CLAIM_CODE_TRIES_PER_ACCOUNT = "claim_code_tries_per_account"
    FIRST_CODES_PER_MAILBOX_DAY = "first_codes_per_mailbox_day"
    LETTERS_PER_RECORD = "letters_per_record"
    CORRECTIONS_PER_ACCOUNT_DAY = "corrections_per_account_day"
    DOCUMENTS_SENT_PER_ACCOUNT_DAY = "documents_sent_per_account_day"
    FORGOTTEN_PER_NETWORK = "forgotten_per_network"
    RECOVERIES_PER_NETWORK = "recoveries_per_network"
    RECOVERIES_PER_NAME = "recoveries_per_name"
    PEOPLE_SOUGHT_PER_STAFF = "people_sought_per_staff"
    SSN_REVEALS_PER_STAFF_HOUR = "ssn_reveals_per_staff_hour"
    SSN_REVEALS_STOPPED = "ssn_reveals_stopped"
    IMPORTS_PER_STAFF_HOUR = "imports_per_staff_hour"
    EXPORTS_PER_STAFF_HOUR = "exports_per_staff_hour"


# Tries of what only one person knows or has: the log of programs that watch tells these as guesses that came to their end.
GUESSES = frozenset(
    {
        Limit.SIGN_IN_FAILURES_FROM_UNKNOWN_DEVICES,
        Limit.SIGN_IN_FAILURES_FROM_KNOWN_DEVICES,
        Limit.SIGN_IN_FAILURES_PER_NETWORK,
        Limit.SECOND_STEP_TRIES,
        Limit.SECOND_STEP_TRIES_IN_A_ROW,
        Limit.CLAIM_CODE_TRIES_PER_ACCOUNT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """At most `most` counts in `window`, which begins with the first of them; without a window, until cleared.

    Windows do not slide: the last counts of one and the first of the next can follow each other closely, so within
    any `window` of time at most twice `most` pass. Where that matters a second limit without a window stands
    behind the first. From `escalate_over` on, a try still passes, and the caller asks more of it.

    A limit of a network turns nobody away: a whole district may stand behind one address. From `escalate_over`
    and again from `most` on its visitors do more work for the robot check, and what else is asked stands in `reason`. docs/adr/0039-networks.md

    With `free`, tries after so many must wait for one another, twice as long each time (`delay_after`); those that come
    too early are refused and not counted. Such a limit has no window.
    """

    most: int
    window: timedelta | None
    subject: str
    reason: str
    escalate_over: int | None = None
    free: int | None = None

    def delay_after(self, used: int) -> timedelta:
        """How long the next try must wait after the last of so many."""
        if self.free is None or used < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(used - self.free + 1, 20)), LONGEST_DELAY)


RULES: Mapping[Limit, Rule] = MappingProxyType(
    {
        Limit.SEARCH_MISSES_PER_IDENTITY_DAY: Rule(
            most=5,
            window=DAY,
            subject="each folded name that could be the surname asked for, with the birth date",
            reason="The last 4 has 10,000 values: 5 guesses a day are right once in 2,000, however many networks help. "
            "An account that is made in her name counts too.",
        ),
        Limit.SEARCH_MISSES_PER_IDENTITY_TOTAL: Rule(
            most=20,
            window=None,
            subject="each folded name that could be the surname asked for, with the birth date",
            reason="Whoever missed 20 times needs a person at the help desk, or is not the person asked for.",
        ),
        Limit.SEARCHES_PER_SESSION: Rule(
            most=20,
            window=HOUR,
            subject="session",
            reason="An honest person tries a former name, a nickname and a typing mistake or two.",
        ),
        Limit.SEARCHES_PER_NETWORK: Rule(
            most=3_000,
            window=5 * MINUTE,
            escalate_over=600,
            subject=NETWORK,
            reason="A district shares one address: 500 people at a training day must pass. Further on, each search needs a "
            "mailbox.",
        ),
        Limit.SEARCHES_WITHOUT_SCRIPT_PER_NETWORK: Rule(
            most=120,
            window=10 * MINUTE,
            subject=NETWORK,
            reason="The road without script costs no work, so it is narrower; few browsers need it. Further on, a search "
            "needs a mailbox, and other forms script.",
        ),
        Limit.SEARCHES_PER_MAILBOX: Rule(
            most=5,
            window=DAY,
            subject="mailbox (the address without +tag)",
            reason="In strict mode a mailbox is worth a handful of searches, or one would be enough for a spray.",
        ),
        Limit.MAILBOX_CODES_PER_NETWORK: Rule(
            most=1_500,
            window=HOUR,
            subject=NETWORK,
            reason="500 people behind one address may each need a second code; a script must not write to the world, so "
            "the search before it costs more work.",
        ),
        Limit.MAILBOX_CODES_PER_SEARCH: Rule(
            most=4,
            window=HOUR,
            subject="the search that waits for the code",
            reason="A mistyped address and a lost mail or two; then a search, and its robot check, is made again.",
        ),
        Limit.TRIES_OF_A_MAILBOX_CODE: Rule(
            most=5,
            window=HOUR,
            subject="code",
            reason="Six digits: five tries are right once in 200,000. An honest person mistypes twice.",
        ),
        Limit.USERNAME_TAKEN_PER_SESSION: Rule(
            most=10,
            window=HOUR,
            subject="session",
            reason='"Taken" tells that an account exists: enough for choosing a name, too few for listing names.',
        ),
        Limit.MAILS_PER_ADDRESS_HOUR: Rule(
            most=3,
            window=HOUR,
            subject="purpose and mailbox (the address without +tag)",
            reason="A lost mail is asked for again once or twice; nobody's mailbox is filled by a stranger.",
        ),
        Limit.MAILS_PER_ADDRESS_DAY: Rule(
            most=7,
            window=DAY,
            subject="purpose and mailbox (the address without +tag)",
            reason="As by the hour, for a stranger with patience. What the hour refuses is not counted here.",
        ),
        Limit.MAILS_FROM_KNOWN_DEVICES_DAY: Rule(
            most=3,
            window=DAY,
            subject="purpose and mailbox (the address without +tag)",
            reason="Strangers who use the others up keep no owner from a new password. With them: 10 mails a day.",
        ),
        Limit.NEW_DEVICE_MAILS_PER_ACCOUNT: Rule(
            most=3,
            window=8 * HOUR,
            subject="account",
            reason="Whoever clears her cookies each time gets one mail for several sign-ins; nothing stays untold.",
        ),
        Limit.MAILS_PER_ACCOUNT_DAY: Rule(
            most=10,
            window=DAY,
            subject="account",
            reason="Who changes her address again and again has us write to strangers.",
        ),
        Limit.SIGN_IN_FAILURES_FROM_UNKNOWN_DEVICES: Rule(
            most=50,
            window=None,
            free=5,
            subject="account, or the folded name typed where there is none",
            reason="Guessing takes nine hours to reach the stop; then the password is good no more on a new device.",
        ),
        Limit.SIGN_IN_FAILURES_FROM_KNOWN_DEVICES: Rule(
            most=50,
            window=None,
            free=5,
            subject="account",
            reason="The owner is not kept waiting for what strangers do. With them: 100, the most that NIST SP 800-63B allows.",
        ),
        Limit.SIGN_IN_FAILURES_PER_NETWORK: Rule(
            most=1_000,
            window=15 * MINUTE,
            subject=NETWORK,
            reason="Stuffing of leaked passwords tries each account once; a district's Monday morning fails too, and is "
            "asked for nothing more before it. Further on, a device that the account does not know checks the box “I'm not a "
            "robot”.",
        ),
        Limit.SECOND_STEP_TRIES: Rule(
            most=10,
            window=HOUR,
            subject="account",
            reason="Three codes of a million hold at a time: who has the password guesses one in 1,400 days of trying.",
        ),
        Limit.SECOND_STEP_TRIES_IN_A_ROW: Rule(
            most=100,
            window=None,
            subject="account",
            reason="The most that NIST SP 800-63B allows; then a passkey or a recovery code is needed, or our staff.",
        ),
        Limit.REGISTRATIONS_PER_NETWORK: Rule(
            most=1_500,
            window=10 * MINUTE,
            escalate_over=60,
            subject=NETWORK,
            reason="500 people behind one address register at once on opening day; each costs a password hash. Each has "
            "searched before, and that costs more work.",
        ),
        Limit.REGISTRATIONS_PER_SESSION: Rule(
            most=20,
            window=HOUR,
            subject="session",
            reason="A name that is taken, a record that went to somebody else: each try costs a password hash.",
        ),
        Limit.FORM_SENT_AGAIN: Rule(
            most=10,
            window=None,
            subject="one account form",
            reason="A double click, a lost answer, a reload: each asks for the password that the form made, and is led home by it.",
        ),
        Limit.NO_SSN_REQUESTS_PER_NETWORK: Rule(
            most=60,
            window=HOUR,
            subject=NETWORK,
            reason="Each becomes a case that a person at the agency must read: further on the robot check costs more work.",
        ),
        Limit.NO_SSN_REQUEST_SENT_AGAIN: Rule(
            most=1,
            window=HOUR,
            subject="what was written, word for word",
            reason="A double click, a reload, a way back and Send again: one request, one case, and the same answer.",
        ),
        Limit.CLAIM_CODE_TRIES_PER_ACCOUNT: Rule(
            most=10,
            window=DAY,
            subject="account",
            reason="A code of 8 characters has a million million values: ten guesses a day for a week hit none.",
        ),
        Limit.FIRST_CODES_PER_MAILBOX_DAY: Rule(
            most=40,
            window=DAY,
            subject="mailbox on file to which a claim asks for its first code of the day",
            reason="Apart from all further codes: a thief who asks for many keeps nobody from her one.",
        ),
        Limit.LETTERS_PER_RECORD: Rule(
            most=10,
            window=30 * DAY,
            subject="record; three of them for one claim",
            reason="Each letter costs a stamp and a clerk's minute, and lands in the home of the person on file; a thief's "
            "must not be the last.",
        ),
        Limit.CORRECTIONS_PER_ACCOUNT_DAY: Rule(
            most=3,
            window=DAY,
            subject="account",
            reason="Each becomes a case that a person must read, and mails to every address.",
        ),
        Limit.DOCUMENTS_SENT_PER_ACCOUNT_DAY: Rule(
            most=40,
            window=DAY,
            subject="account",
            reason="A form comes back a few times with a file that is no good; each try may bring 50 MB.",
        ),
        Limit.FORGOTTEN_PER_NETWORK: Rule(
            most=1_500,
            window=HOUR,
            escalate_over=60,
            subject=NETWORK,
            reason="A training day behind one address forgets its passwords; from the 61st on each checks the box “I'm not a "
            "robot”. A script must not write to everybody whose address it has.",
        ),
        Limit.RECOVERIES_PER_NETWORK: Rule(
            most=20,
            window=HOUR,
            subject=NETWORK,
            reason="Each becomes a request that a person at the agency must read, and a mail to an address of anybody's: "
            "from the 21st on each checks the box “I'm not a robot”.",
        ),
        Limit.RECOVERIES_PER_NAME: Rule(
            most=3,
            window=DAY,
            subject="the folded username that was typed, or else the name, with the mailbox to write to",
            reason="Who lost an account asks once and mistypes once; more is somebody who wears staff down.",
        ),
        Limit.PEOPLE_SOUGHT_PER_STAFF: Rule(
            most=400,
            window=HOUR,
            escalate_over=100,
            subject="member of staff",
            reason="Who answers the telephone helps some 20 people an hour, with three searches each. Over 100 the log "
            "raises an alarm, and work goes on; at 400 it is a list of people that is made.",
        ),
        Limit.SSN_REVEALS_PER_STAFF_HOUR: Rule(
            most=20,
            window=HOUR,
            subject="member of staff",
            reason="Who compares documents all day needs a number every three minutes at most; more is a list being made.",
        ),
        Limit.SSN_REVEALS_STOPPED: Rule(
            most=1,
            window=None,
            subject="member of staff",
            reason="The 21st number of an hour stops all further ones, until a security officer has spoken with her.",
        ),
        Limit.IMPORTS_PER_STAFF_HOUR: Rule(
            most=20,
            window=HOUR,
            subject="member of staff",
            reason="A file is put right and sent again a few times. Each may fill half a gigabyte of disk.",
        ),
        Limit.EXPORTS_PER_STAFF_HOUR: Rule(
            most=20,
            window=HOUR,
            escalate_over=5,
            subject="member of staff",
            reason="A list or two are a morning's work. From the sixth on the security officer sees an alarm.",
        ),
    }
)
