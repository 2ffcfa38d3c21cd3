"""The weekly picture counts people, not tries, and puts each week's into its own."""

from datetime import date

from kecs.console.picture import Stage, picture

MONDAY = date(2026, 11, 23)


def search(day, outcome="one", *, again=False):
    return (day, "registration.search_made", {"outcome": outcome, "again": again})


def registered(day, road="claim", seconds=None):
    return (day, "registration.registered", {"road": road, "outcome": "one", "seconds": seconds})


def test_people_are_counted_once_and_their_tries_by_what_they_found():
    seen = picture(
        [search(MONDAY, "none"), search(MONDAY, "none", again=True), search(MONDAY, "one", again=True)],
        last=MONDAY,
        weeks=1,
    )
    assert seen.weeks[0].searched == 1
    assert seen.weeks[0].outcomes == {"none": 2, "one": 1}


def test_a_row_from_before_the_portal_counted_visits_counts_as_a_person():
    old = (MONDAY, "registration.search_made", {"outcome": "one"})
    assert picture([old], last=MONDAY, weeks=1).whole.searched == 1


def test_a_week_runs_from_monday_to_sunday_and_what_is_older_is_left_out():
    days = [date(2026, 11, 15), date(2026, 11, 16), date(2026, 11, 22), MONDAY, date(2026, 11, 29)]
    seen = picture([registered(day) for day in days], last=date(2026, 11, 25), weeks=2)
    assert [(week.begins, week.accounts) for week in seen.weeks] == [(date(2026, 11, 16), 2), (MONDAY, 2)]
    assert seen.whole.accounts == 4


def test_the_person_in_the_middle():
    seen = picture([registered(MONDAY, seconds=each) for each in (60, 90, 900)], last=MONDAY, weeks=1)
    assert seen.weeks[0].median_seconds == 90
    assert picture([registered(MONDAY)], last=MONDAY, weeks=1).weeks[0].median_seconds is None


def test_where_people_turn_back():
    happened = [search(MONDAY)] * 8
    happened += [(MONDAY, "registration.choice_made", {"choice": "this_is_me"})] * 4
    happened += [(MONDAY, "registration.choice_made", {"choice": "not_me"})] * 2
    happened += [registered(MONDAY, seconds=100)] * 3
    happened += [(MONDAY, "accounts.email_confirmed", {})] * 3
    assert picture(happened, last=MONDAY, weeks=1).stages == [
        Stage(name="searched", people=8, share=None),
        Stage(name="went_on", people=4, share=50),
        Stage(name="registered", people=3, share=75),
        Stage(name="confirmed", people=3, share=100),
        Stage(name="verified", people=0, share=0),
    ]
