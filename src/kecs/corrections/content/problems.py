"""Why the content of a document is refused; the form holds one sentence for each."""

from enum import StrEnum


class ContentProblem(StrEnum):
    """The reasons."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    OTHER_KIND = "other_kind"
    BROKEN = "broken"  # cut short, or not what it begins as
    TOO_MANY_PIXELS = "too_many_pixels"
    TWOFOLD = "twofold"  # a file of another kind as well
    ACTIVE = "active"  # a PDF with a program, a form that sends, or files inside
    LOCKED = "locked"  # a PDF that needs a password or cannot be looked into


class ContentRefused(ValueError):
    """Carries a code and nothing of the content."""

    def __init__(self, problem: ContentProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def broken() -> ContentRefused:
    """Cut short, or not what it begins as."""
    return ContentRefused(ContentProblem.BROKEN)
