"""What is counted of an answer that asks to wait, before the same form is sent again."""

from dataclasses import dataclass, field

from tests.faults.opening_day import Day
from tests.faults.visitors import Browser

KEPT = '<input type="hidden" name="username" value="ruth"><input type="password" name="password1">'


@dataclass
class Answers(Browser):
    """A browser that gets what it is given, in turn."""

    given: list[tuple[int, str, str]] = field(default_factory=list)

    def ask(self, method, path, form=None):
        self.retry_after = 0.01
        return self.given.pop(0)


def test_an_answer_of_503_that_forgets_a_field_is_told():
    day, form = Day(0), {"username": "ruth", "password1": "secret"}
    answers = Answers(0, given=[(503, "", KEPT), (302, "/home", "")])
    assert day.ask(answers, "POST", "/register/account", form) == (302, "/home", "")
    assert (day.without_form, day.without_retry_after) == ([], 0)
    answers = Answers(0, given=[(503, "", KEPT[:60]), (302, "/home", "")])
    day.ask(answers, "POST", "/register/account", form)
    assert day.without_form == ["/register/account: password1"]
    assert day.statuses == {503: 2, 302: 2}
