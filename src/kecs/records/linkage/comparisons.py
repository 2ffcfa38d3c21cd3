"""PURE. Which attributes of two records are compared, and which levels of agreement each can reach, as SQL conditions.

Called by model, which adds what each level is worth, and by engine. The first condition that holds gives the level.
The same conditions run on DuckDB and on Spark; DIALECTS has the few functions that have another name there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Attribute(StrEnum):
    """What is compared. `last4` counts where not both sides have all nine digits."""

    FIRST_NAME = "first_name"
    LAST_SURNAME = "last_surname"
    BIRTH_DATE = "birth_date"
    SSN = "ssn"
    LAST4 = "last4"


class Level(StrEnum):
    """How well it agrees. Each attribute has some of these."""

    SAME = "same"
    SWAPPED = "swapped"  # first name and surname stand in each other's place
    NICKNAME = "nickname"
    OTHER = "other"  # middle, former or second name; former surname, part of a double one, another spelling
    BEGINNING = "beginning"  # an initial, or three letters or more that the other name begins with
    TYPO = "typo"
    ALIKE = "alike"
    TURNED = "turned"  # day and month changed places
    PART = "part"  # two of year, month and day agree
    NEXT = "next"  # one number follows the other
    ONE_DIGIT = "one_digit"
    TRANSPOSED = "transposed"  # two neighbouring digits changed places
    LAST4 = "last4"  # of two full numbers the last four agree
    SLIP = "slip"  # one of the last four differs, or two changed places
    DIFFERS = "differs"
    ABSENT = "absent"  # one side lacks it, or it was told already with another attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a level is reached. `frequency_of` names the column whose rarer values are worth more."""

    level: Level
    sql: str
    frequency_of: str | None = None


class Dialect(StrEnum):
    """Where the engine runs."""

    DUCKDB = "duckdb"
    SPARK = "spark"


# What stands in the conditions below, and what it is called by each engine.
DIALECTS: Mapping[Dialect, Mapping[str, str]] = MappingProxyType(
    {
        Dialect.DUCKDB: {"OVERLAP": "list_has_any", "CONTAINS": "list_contains", "WINKLER": "jaro_winkler_similarity"},
        Dialect.SPARK: {"OVERLAP": "arrays_overlap", "CONTAINS": "array_contains", "WINKLER": "jaro_winkler"},
    }
)  # fmt: skip


def _typo(one: str, other: str) -> str:
    """One slip in four letters or more, two in eight or more: a letter wrong, missing, too many, or two exchanged."""
    distance = f"damerau_levenshtein({one}, {other})"
    shorter = f"least(length({one}), length({other}))"
    return f"(({distance} <= 1 AND {shorter} >= 4) OR ({distance} <= 2 AND {shorter} >= 8))"


def _same_or_typo(one: str, other: str) -> str:
    return f"({one} = {other} OR {_typo(one, other)})"


_SWAPPED = (
    "(first_name_l <> first_name_r AND last_surname_l <> last_surname_r"
    f" AND {_same_or_typo('first_name_l', 'last_surname_r')}"
    f" AND {_same_or_typo('last_surname_l', 'first_name_r')})"
)
_BEGINNING = (
    "((length(first_name_l) = 1 OR length(first_name_r) = 1"
    " OR least(length(first_name_l), length(first_name_r)) >= 3)"
    " AND (substr(first_name_l, 1, length(first_name_r)) = first_name_r"
    " OR substr(first_name_r, 1, length(first_name_l)) = first_name_l))"
)


def _alike(name: str) -> str:
    return f"({name}_sound_l = {name}_sound_r OR WINKLER({name}_l, {name}_r) >= 0.9)"  # bound as in kecs.matching


def _either_lacks(column: str) -> str:
    return f"({column}_l IS NULL OR {column}_r IS NULL)"


COMPARISONS: Mapping[Attribute, tuple[Condition, ...]] = MappingProxyType(
    {
        Attribute.FIRST_NAME: (
            Condition(level=Level.ABSENT, sql=_either_lacks("first_name")),
            Condition(level=Level.SAME, sql="first_name_l = first_name_r", frequency_of="first_name"),
            Condition(level=Level.SWAPPED, sql=_SWAPPED),
            Condition(level=Level.NICKNAME, sql="OVERLAP(first_name_nicknames_l, first_name_nicknames_r)"),
            Condition(
                level=Level.OTHER,
                sql="(CONTAINS(first_name_others_l, first_name_r) OR CONTAINS(first_name_others_r, first_name_l))",
            ),
            Condition(level=Level.BEGINNING, sql=_BEGINNING),
            Condition(level=Level.TYPO, sql=_typo("first_name_l", "first_name_r")),
            Condition(level=Level.ALIKE, sql=_alike("first_name")),
            Condition(level=Level.DIFFERS, sql="ELSE"),
        ),
        Attribute.LAST_SURNAME: (
            Condition(level=Level.ABSENT, sql=f"({_either_lacks('last_surname')} OR {_SWAPPED})"),
            Condition(level=Level.SAME, sql="last_surname_l = last_surname_r", frequency_of="last_surname"),
            Condition(level=Level.OTHER, sql="OVERLAP(last_surname_forms_l, last_surname_forms_r)"),
            Condition(level=Level.TYPO, sql=_typo("last_surname_l", "last_surname_r")),
            Condition(level=Level.ALIKE, sql=_alike("last_surname")),
            Condition(level=Level.DIFFERS, sql="ELSE"),
        ),
        Attribute.BIRTH_DATE: (
            Condition(level=Level.ABSENT, sql=_either_lacks("birth_date")),
            Condition(level=Level.SAME, sql="birth_date_l = birth_date_r"),
            Condition(level=Level.TURNED, sql="birth_date_turned_l = birth_date_turned_r"),
            Condition(level=Level.PART, sql="OVERLAP(birth_date_parts_l, birth_date_parts_r)"),
            Condition(level=Level.DIFFERS, sql="ELSE"),
        ),
        Attribute.SSN: (
            Condition(level=Level.ABSENT, sql=_either_lacks("ssn")),
            Condition(level=Level.SAME, sql="ssn_l = ssn_r"),
            Condition(level=Level.NEXT, sql="OVERLAP(ssn_neighbours_l, ssn_neighbours_r)"),
            Condition(level=Level.ONE_DIGIT, sql="OVERLAP(ssn_masks_l, ssn_masks_r)"),
            Condition(level=Level.TRANSPOSED, sql="OVERLAP(ssn_swaps_l, ssn_swaps_r)"),
            Condition(level=Level.LAST4, sql="last4_l = last4_r"),
            Condition(level=Level.DIFFERS, sql="ELSE"),
        ),
        Attribute.LAST4: (
            Condition(
                level=Level.ABSENT,
                sql=f"({_either_lacks('last4')} OR (ssn_l IS NOT NULL AND ssn_r IS NOT NULL))",
            ),
            Condition(level=Level.SAME, sql="last4_l = last4_r"),
            Condition(
                level=Level.SLIP,
                sql="(OVERLAP(last4_masks_l, last4_masks_r) OR OVERLAP(last4_swaps_l, last4_swaps_r))",
            ),
            Condition(level=Level.DIFFERS, sql="ELSE"),
        ),
    }
)


def condition_sql(condition: Condition, dialect: Dialect) -> str:
    """The condition in the words of one engine."""
    sql = condition.sql
    for word, function in DIALECTS[dialect].items():
        sql = sql.replace(word, function)
    return sql


def levels_of(attribute: Attribute) -> tuple[Level, ...]:
    """The levels that carry evidence, in the order in which they are looked for."""
    return tuple(each.level for each in COMPARISONS[attribute] if each.level is not Level.ABSENT)
