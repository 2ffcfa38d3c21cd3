"""The index of names by which staff find people. No page that a stranger opens looks into it."""

from typing import Any

from django.db import models

from kecs.records.name_keys import LONGEST_KEY

# PostgreSQL's usual collations sort by language, and an index in that order finds no beginnings. Folded names are
# letters a to z and digits.
_SIGN_BY_SIGN = {"postgresql": "C", "sqlite": "BINARY"}


class FoldedField(models.CharField):
    """A name as kecs.matching folds it."""

    def db_parameters(self, connection: Any) -> Any:
        """As a CharField's, in the collation of bytes."""
        return {**super().db_parameters(connection), "collation": _SIGN_BY_SIGN[connection.vendor]}


class NameKey(models.Model):
    """A folded surname with a folded given name of a record: the present ones, parts of them, and former ones."""

    pk = models.CompositePrimaryKey("record_id", "surname", "given")
    record = models.ForeignKey(
        "records.EducatorRecord",
        db_index=False,  # the primary key begins with it
        on_delete=models.CASCADE,
        related_name="name_keys",
    )
    surname = FoldedField(max_length=LONGEST_KEY, blank=True)
    given = FoldedField(max_length=LONGEST_KEY, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["surname", "given"], name="records_name_by_surname"),
            models.Index(fields=["given", "surname"], name="records_name_by_given"),
        ]

    def __str__(self) -> str:
        return f"name key of {self.record_id}"


class StatedNameKey(models.Model):
    """The same of what the holder of an account stated: most of them have a record, and those who have none are found too."""

    pk = models.CompositePrimaryKey("stated_id", "surname", "given")
    stated = models.ForeignKey(
        "records.StatedIdentity", db_index=False, on_delete=models.CASCADE, related_name="name_keys"
    )
    surname = FoldedField(max_length=LONGEST_KEY, blank=True)
    given = FoldedField(max_length=LONGEST_KEY, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["surname", "given"], name="records_stated_by_surname"),
            models.Index(fields=["given", "surname"], name="records_stated_by_given"),
        ]

    def __str__(self) -> str:
        return f"name key of stated {self.stated_id}"


FIELDS = {
    "NameKey": {"record": "internal", "surname": "personal", "given": "personal"},
    "StatedNameKey": {"stated": "internal", "surname": "personal", "given": "personal"},
}
