"""The desk's two tables: each function and fact is somebody's, and what must stay apart stays apart."""

from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.levels import State
from kecs.console.permissions import (
    ANY_STATE,
    FACTS,
    LISTS,
    PERMISSIONS,
    Fact,
    Function,
    may,
    may_see,
    may_see_of_all,
    may_take,
)
from kecs.records.exporting.kinds import ExportList

ADMINISTRATOR, SECURITY, HELP = StaffRole.ADMINISTRATOR, StaffRole.SECURITY_OFFICER, StaffRole.HELP_DESK


def test_every_function_and_every_fact_is_in_its_table_and_is_somebodys():
    assert set(PERMISSIONS) == set(Function)
    assert all(PERMISSIONS.values())
    assert set(FACTS) == set(Fact)
    assert all(states <= ANY_STATE and states for roles in FACTS.values() for states in roles.values())


def test_every_list_is_in_its_table_and_its_roles_export():
    assert set(LISTS) == set(ExportList)
    for which, roles in LISTS.items():
        assert roles
        assert roles <= PERMISSIONS[Function.EXPORT_LISTS], which
    taken = {which for which in ExportList if may_take([SECURITY], which)}
    assert taken == {ExportList.WITHOUT_ACCOUNT, ExportList.CLAIMED}


def test_without_a_role_nothing_opens():
    assert not any(may((), function) for function in Function)
    assert not any(may_see((), fact, state) for fact in Fact for state in ANY_STATE)


def test_whoever_gives_roles_sees_no_person():
    opens = {function for function in Function if may([ADMINISTRATOR], function)}
    assert opens == {Function.SEE_DESK, Function.SEE_WEEKLY, Function.MANAGE_STAFF}
    assert not any(may_see([ADMINISTRATOR], fact, state) for fact in Fact for state in ANY_STATE)


def test_whoever_watches_changes_nothing_and_whoever_works_does_not_watch():
    changes = set(Function) - {
        Function.SEE_DESK,
        Function.FIND_PERSON,
        Function.SEE_PERSON,
        Function.SEE_SECURITY,
        Function.SEE_WEEKLY,
        Function.EXPORT_LISTS,
    }
    assert not any(may([SECURITY], function) for function in changes)
    assert PERMISSIONS[Function.SEE_SECURITY] == {SECURITY}
    assert not may_see([SECURITY], Fact.SSN, None)
    assert not may_see([SECURITY], Fact.BIRTH_DATE, None)


def test_the_help_desk_opens_no_record_and_shows_no_number():
    for function in (
        Function.RAISE_EVIDENCE,
        Function.RELEASE_HOLDING,
        Function.DECIDE_CASE,
        Function.DECIDE_RECOVERY,
        Function.REVEAL_SSN,
        Function.MERGE_RECORDS,
        Function.POST_LETTERS,  # a code that proves a claim is in it
    ):
        assert not may([HELP], function)
    assert not may_see([HELP], Fact.SSN, State.VERIFIED)


def test_what_an_account_does_while_its_claim_is_looked_into_is_no_talk_for_the_telephone():
    for fact in (Fact.SIGN_INS, Fact.TIMELINE):
        assert may_see([HELP], fact, State.PROVISIONAL)
        assert not may_see([HELP], fact, State.FROZEN)
        assert not may_see([HELP], fact, State.CONTESTING)
        assert may_see([StaffRole.REVIEWER], fact, State.FROZEN)


def test_several_roles_open_what_each_of_them_opens():
    assert may([HELP, ADMINISTRATOR], Function.FIND_PERSON)
    assert may([HELP, ADMINISTRATOR], Function.MANAGE_STAFF)
    assert may_see([HELP, StaffRole.REVIEWER], Fact.SIGN_INS, State.FROZEN)


def test_of_all_is_seen_what_is_seen_in_every_state():
    assert may_see_of_all([StaffRole.REVIEWER], Fact.SIGN_INS)
    assert not may_see_of_all([HELP], Fact.SIGN_INS)
    assert may_see_of_all([HELP], Fact.ADDRESSES)
    assert not may_see_of_all([SECURITY], Fact.ADDRESSES)
