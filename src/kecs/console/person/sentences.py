"""What each kind of event says of a person, as staff read it: one table. A test holds that every kind which can be about a person has one.

`%(who)s` is who did it, `%(owner)s` whose account the event is about, `%(holder)s` who holds the record; other names are keys of the event, put into words by timeline.py.
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, "StrOrPromise"] = {
    # How she signs in
    "accounts.account_opened": _("The account was opened."),
    "accounts.account_destroyed": _("The account was destroyed: its email address was never confirmed."),
    "accounts.address_added": _("%(who)s added an email address."),
    "accounts.address_change_undone": _(
        "%(who)s took a change of email addresses back. Everyone was signed out."
    ),
    "accounts.address_removed": _("%(who)s removed an email address."),
    "accounts.confirmation_sent": _("We wrote a mail with a link to confirm an email address."),
    "accounts.email_changed": _("%(who)s replaced the email address before it was confirmed."),
    "accounts.email_confirmed": _("%(who)s confirmed an email address."),
    "accounts.passkey_renamed": _("%(who)s gave a passkey another name."),
    "accounts.password_changed": _("%(who)s changed the password."),
    "accounts.password_ended": _(
        "%(who)s unlocked the sign-in after too many tries. The password before does not work any more."
    ),
    "accounts.password_reset": _("%(who)s chose a new password through a link in a mail."),
    "accounts.password_reset_requested": _("We wrote a mail with a link to choose a new password."),
    "accounts.primary_address_chosen": _("%(who)s chose another email address for mail."),
    "accounts.recovery_agreed": _("%(who)s agreed to a recovery. A colleague must approve it."),
    "accounts.recovery_approved": _("%(who)s approved a recovery. It happens 24 hours later."),
    "accounts.recovery_asked": _("Someone asked staff for a way into the account."),
    "accounts.recovery_assigned": _("%(who)s took the recovery, gave it back or gave it to a colleague."),
    "accounts.recovery_cancelled": _("%(who)s stopped the recovery."),
    "accounts.recovery_code_used": _("%(who)s used a recovery code."),
    "accounts.recovery_codes_made": _("%(who)s made new recovery codes."),
    "accounts.recovery_completed": _(
        "The account was recovered: new email address, no second step, a new password to choose."
    ),
    "accounts.recovery_confirmed": _("The new email address of a recovery was confirmed."),
    "accounts.recovery_refused": _("The recovery was refused."),
    "accounts.recovery_started": _("%(who)s started a recovery for a caller. A colleague must approve it."),
    "accounts.role_given": _("%(who)s gave the account a role as staff: %(role)s."),
    "accounts.role_taken": _("%(who)s took a role as staff from the account: %(role)s."),
    "accounts.second_factor_added": _("%(who)s added %(factor)s."),
    "accounts.second_factor_removed": _("%(who)s removed %(factor)s."),
    "accounts.second_step_failed": _("The password was right, but the second step was not."),
    "accounts.session_ended": _("%(who)s signed out on another device."),
    "accounts.session_timed_out": _("A session ended because its time was over."),
    "accounts.sessions_ended": _("Every session of the account was ended."),
    "accounts.shown_again": _("%(who)s proved again to be the owner, for a risky step."),
    "accounts.sign_in_disowned": _(
        "The owner said that a sign-in was not theirs. The password does not work any more."
    ),
    "accounts.sign_in_unlocked": _("%(who)s cleared %(failures)s failed tries to sign in."),
    "accounts.signed_in": _("%(who)s signed in with %(factor)s."),
    "accounts.signed_out": _("%(who)s signed out."),
    "accounts.usernames_sent": _("We wrote a mail with the username."),
    # How sure we are
    "assurance.claim_disavowed": _("Someone opened the link in our notice and said: this wasn't me."),
    "assurance.code_refused": _("%(who)s typed a code that was wrong, old or used."),
    "assurance.evidence_given": _("There is proof that the account belongs to this person: %(kind)s."),
    "assurance.letter_asked": _("%(who)s asked for a letter with a code."),
    "assurance.letter_posted": _("%(who)s marked the letter as posted."),
    "assurance.letter_printed": _("%(who)s printed the letter with a code."),
    "assurance.notice_sent": _("We sent a notice: %(why)s. Addresses told: %(addresses)s."),
    # The desk
    "console.case_decided": _("%(who)s decided the case “%(kind)s”: %(outcome)s. Reason: %(reason)s."),
    "console.case_looked_at": _("%(who)s looked at the case “%(kind)s”."),
    "console.district_confirmed": _(
        "%(who)s noted that the district confirmed on %(on)s who the person is. Ticket %(ticket)s."
    ),
    "console.looks_looked_at": _("%(who)s looked up who had looked at this person."),
    "console.person_looked_at": _("%(who)s looked at this person. Reason: %(why)s."),
    "console.recovery_decided": _("%(who)s decided the recovery: %(outcome)s. Reason: %(reason)s."),
    "console.recovery_looked_at": _("%(who)s looked at the recovery."),
    "console.repair_made": _("%(who)s did this: %(repair)s. Reason: %(reason)s."),
    "console.reveals_allowed": _("%(who)s let this member of staff see whole Social Security numbers again."),
    "console.reveals_stopped": _(
        "%(who)s asked for too many Social Security numbers in an hour. We stopped it."
    ),
    "records.ssn_revealed": _(
        "%(who)s saw the whole Social Security number. Reason: %(reason)s. Ticket %(ticket)s."
    ),
    "console.records_compared": _("%(who)s looked at this record beside others, to merge them or not."),
    # Corrections
    "corrections.corrected_at_desk": _(
        "%(who)s saw a document (%(paper)s) and corrected: %(facts)s. Why: %(why)s."
    ),
    "corrections.correction_asked": _("%(who)s asked for a correction: %(facts)s. Why: %(why)s."),
    "corrections.correction_contested": _("Someone said of the request for a correction: this wasn't me."),
    "corrections.correction_put_back": _("%(who)s put back what the correction had changed: %(facts)s."),
    "corrections.correction_stopped": _(
        "The correction was not made: another person has that Social Security number."
    ),
    "corrections.correction_withdrawn": _("%(who)s took the request for a correction back."),
    "corrections.desk_correction_contested": _("Someone said of the correction: this wasn't me."),
    "corrections.document_added": _("%(who)s sent a document."),
    "corrections.document_opened": _("%(who)s opened a document."),
    "corrections.documents_destroyed": _("The documents of the request were destroyed."),
    "corrections.facts_opened": _("%(who)s opened what the request asks for."),
    # The record
    "records.case_assigned": _("%(who)s took the case, gave it back or gave it to a colleague."),
    "records.legal_hold_lifted": _(
        "%(who)s lifted a legal hold. Old data is destroyed again when its time comes."
    ),
    "records.legal_hold_placed": _(
        "%(who)s placed a legal hold. Nothing about this person is destroyed while it lasts."
    ),
    "records.record_undone": _("An import was undone, and with it what it did to this record: %(source)s."),
    "records.case_closed": _("A case was closed: %(outcome)s."),
    "records.case_opened": _("A case was opened: %(kind)s."),
    "records.case_reopened": _(
        "%(who)s opened a case again that had ended so: %(outcome)s. Reason: %(reason)s."
    ),
    "records.holding_frozen": _("The claim was frozen."),
    "records.holding_released": _("The account lost the record: %(because)s."),
    "records.holding_unfrozen": _("%(who)s opened the claim again. Reason: %(reason)s."),
    "records.holding_verified": _("The account may see the record now (level 2)."),
    "records.merge_ended": _("A proposed merge of this record with another one is off."),
    "records.merge_proposed": _(
        "%(who)s proposed to merge this record with another one. Reason: %(reason)s."
    ),
    "records.record_changed": _("The record was changed (%(columns)s) by: %(source)s."),
    "records.record_contested": _("%(holder)s said: this record is mine, although an account has it."),
    "records.record_created": _("The record was made by: %(source)s."),
    "records.record_held": _("%(holder)s came to hold the record (level %(level)s)."),
    "records.records_merged": _("%(who)s merged another record into this one. Reason: %(reason)s."),
    "records.records_unmerged": _("%(who)s undid the merge: there are two records again."),
    # The front door
    "registration.help_asked": _("Someone without a Social Security number asked staff to register them."),
}

# Where one value of an event decides what is said of it: the key, and a sentence for each value.
VARIANTS: dict[str, tuple[str, dict[str, "StrOrPromise"]]] = {
    "accounts.device_met": (
        "first",
        {
            "true": _("The first sign-in was on this device: the one of the registration."),
            "false": _("Someone signed in on a device that the account did not know."),
        },
    ),
    "assurance.code_asked": (
        "mailed",
        {
            "true": _("%(who)s asked for a code. We mailed it to the address on file."),
            "false": _(
                "%(who)s asked for a code. No mail was sent: no address was on file, or too many mails."
            ),
        },
    ),
    "corrections.correction_decided": (
        "accepted",
        {
            "true": _("%(who)s accepted the correction: %(facts)s."),
            "false": _("%(who)s refused the correction: %(facts)s."),
        },
    ),
    "registration.registered": (
        "road",
        {
            "claim": _("%(owner)s pressed “This is Me!”"),
            "contest": _("%(owner)s pressed “I did not make that account”."),
            "new": _("%(owner)s pressed “Create New Account”."),
            "invited": _("%(owner)s followed the link in our invitation."),
        },
    ),
    "registration.search_made": (
        "limited",
        {
            "true": _("Someone searched for this person. We showed nothing: too many tries."),
            "false": _("Someone searched for this person and found the record."),
        },
    ),
}

# Which kinds are about nobody in particular, or told elsewhere on the page, and why. A kind stands here or above.
NOT_IN_TIMELINE: dict[str, str] = {
    "accounts.sign_in_failed": "the typed name is not recorded",
    "config.backup_made": "about the whole portal",
    "config.backup_restored": "about the whole portal",
    "config.backups_forgotten": "about the whole portal",
    "config.breach_reported": "about many people at once",
    "config.data_destroyed": "about many people at once, of whom nothing is left to tell",
    "config.key_added": "about the whole portal",
    "config.key_in_use": "about the whole portal",
    "config.key_retired": "about the whole portal",
    "config.key_lost": "about the whole portal",
    "config.keyring_wrapped": "about the whole portal",
    "config.values_let_go": "about many people at once; of whom, nobody can tell any more",
    "config.values_resealed": "about the whole portal",
    "console.list_exported": "about many people at once",
    "console.many_people_sought": "about a member of staff, not about a person",
    "console.people_sought": "about many people at once; who opened one of them is told",
    "console.page_refused": "about a member of staff at a page, not about a person",
    "console.letters_looked_at": "about many letters at once",
    "console.rejects_taken": "about a file",
    "console.unusual_export": "about a member of staff, not about a person",
    "corrections.desk_facts_destroyed": "about many people at once, of whose facts nothing is left to tell",
    "corrections.document_scanned": "about a document; what was found is said where it is listed",
    "guard.limit_cleared": "its subject is a keyed digest; console.repair_made says whose",
    "guard.limit_reached": "its subject is a keyed digest",
    "guard.strict_mode_began": "about the whole portal",
    "guard.strict_mode_ended": "about the whole portal",
    "mail.refused": "the list of mails says it, with the words for the refusal",
    "mail.sent": "the list of mails says it",
    "records.duplicates_sought": "about the whole index",
    "records.import_undone": "about a file; records.record_undone says of whom",
    "records.index_unsealed": "about the whole index",
    "records.match_tried": "about a file",
    "registration.choice_made": "nobody is known yet",
    "registration.invited": "told by the decision of the case; there is no account yet",
    "records.records_reindexed": "about the whole index",
    "records.upload_asked_for": "about a file",
    "records.upload_destroyed": "about a file",
    "records.upload_kept": "about a file",
    "records.upload_remains_destroyed": "about files",
    "records.upload_loaded": "about a file",
}
