"""What must never reach a log: the patterns shared by the log filter and the tests that plant canaries."""

import re

REDACTED = "[redacted]"

# Nine digits in the shapes an SSN is written in, and dates in the shapes a birth date is typed in.
SSN_SHAPE = re.compile(r"(?<!\d)\d{3}[- ]?\d{2}[- ]?\d{4}(?!\d)")
DATE_SHAPE = re.compile(r"(?<!\d)(?:\d{1,2}[-/]\d{1,2}[-/]\d{4}|(?:19|20)\d{2}-\d{2}-\d{2})(?![\dT])")
EMAIL_SHAPE = re.compile(r"[^\s@<>\"'(),:;]{1,64}@[^\s@<>\"'(),:;]{1,255}")


def redacted(text: str) -> str:
    """The text with everything that looks like an SSN, a birth date or an e-mail address replaced."""
    for shape in (EMAIL_SHAPE, SSN_SHAPE, DATE_SHAPE):
        text = shape.sub(REDACTED, text)
    return text
