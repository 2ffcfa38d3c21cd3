"""What a refusal means, from codes alone; no word of the server is kept."""

import pytest

from kecs.mail.refusals import Refusal, error_code, refusal_of


@pytest.mark.parametrize(
    ("code", "text", "kept", "means"),
    [
        (550, b"5.1.1 <pat@example.org> unknown", "smtp.550 5.1.1", Refusal.NO_SUCH_MAILBOX),
        (550, b"no such user pat@example.org", "smtp.550", Refusal.NO_SUCH_MAILBOX),
        (552, "5.2.2 over quota", "smtp.552 5.2.2", Refusal.MAILBOX_FULL),
        (550, "5.7.1 looks like spam", "smtp.550 5.7.1", Refusal.TAKEN_FOR_SPAM),
        (550, "5.1.10 null MX", "smtp.550 5.1.10", Refusal.NO_SUCH_DOMAIN),
        (450, "4.2.0 greylisted", "smtp.450 4.2.0", Refusal.TRY_LATER),
        (521, b"\xff 5.1.1 not at the start", "smtp.521", Refusal.NOT_SAID),
        (550, "5.1.12345 nonsense", "smtp.550", Refusal.NO_SUCH_MAILBOX),
    ],
)
def test_an_answer(code, text, kept, means):
    assert error_code(code, text) == kept
    assert refusal_of(kept) is means


@pytest.mark.parametrize(
    ("kept", "means"),
    [
        ("", None),
        ("network.TimeoutError", Refusal.SERVER_AWAY),
        ("error.KeyError", Refusal.NOT_SAID),
        ("seal_broken", Refusal.NOT_SAID),
    ],
)
def test_what_was_no_answer(kept, means):
    assert refusal_of(kept) is means
