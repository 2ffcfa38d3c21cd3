"""The column of a folded name: compared sign by sign, so that one plain index finds names and the beginnings of names."""

from typing import Any

from django.db import models

# PostgreSQL's usual collations sort by language, and an index in that order finds no beginnings. Folded names are
# letters a to z and digits.
_SIGN_BY_SIGN = {"postgresql": "C", "sqlite": "BINARY"}


class FoldedField(models.CharField):
    """A name as kecs.matching folds it."""

    def db_parameters(self, connection: Any) -> Any:
        """As a CharField's, in the collation of bytes."""
        return {**super().db_parameters(connection), "collation": _SIGN_BY_SIGN[connection.vendor]}
