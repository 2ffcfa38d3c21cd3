"""Learns the model's shares from an index: u from pairs drawn at random, m by expectation maximisation. Runs Splink.

Called by `kecs train_linkage`. Nobody has to tell it which pairs are one person. What an index is too small to teach
keeps the value it had: each m is drawn towards it by the weight of PRIOR_PAIRS pairs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kecs.records.linkage.comparisons import Attribute, Level, levels_of
from kecs.records.linkage.engine import TABLE, DuckDBEngine, scored_pairs, settings_of, told_by_kind
from kecs.records.linkage.kin import Verdict, verdict_on
from kecs.records.linkage.model import Model, Worth, proportioned

LEAST_RECORDS = 10_000
PRIOR_PAIRS = 50
LEAST_PAIRS = 20  # of one person, below which a round of learning would be guessing
MOST_PAIRS = 10_000_000
SAMPLED_PAIRS = 3_000_000
SEED = 1
FULL_PLACES, FULL_SWAPS, LAST4_PLACES, LAST4_SWAPS = 9, 8, 4, 3
OTHERS_ONE_DIGIT_AWAY = 81  # how many numbers differ from one in one digit, for each that is the same

# What is held equal, and what is learnt from the pairs that this leaves.
_ROUNDS = {
    "l.birth_date = r.birth_date AND l.last4 = r.last4": (Attribute.FIRST_NAME, Attribute.LAST_SURNAME),
    "l.first_name = r.first_name AND l.last_surname = r.last_surname": (
        Attribute.BIRTH_DATE,
        Attribute.SSN,
        Attribute.LAST4,
    ),
}
_SAMPLED = (Attribute.FIRST_NAME, Attribute.LAST_SURNAME, Attribute.BIRTH_DATE)

Shares = dict[Level, float]


class TooFewRecords(Exception):
    """The index is too small to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The shares m of some attributes, and the pairs of one person that they were learnt from."""

    shares: Mapping[Attribute, Shares]
    pairs: float


def trained_model(*, engine: DuckDBEngine, start: Model, data: str, today: date) -> Model:
    """A model learnt from the records in the engine, beginning with another. Raises TooFewRecords, LinkageFailed."""
    if engine.records < LEAST_RECORDS:
        raise TooFewRecords
    with told_by_kind(engine):
        return _trained(engine, start, data, today)


def _trained(engine: DuckDBEngine, start: Model, data: str, today: date) -> Model:
    model = with_u(start, {**sampled_u(engine, start), **counted_u(engine)}, source=f"u: {data}")
    figures: dict[str, Any] = {"records": engine.records}
    for rule, attributes in _ROUNDS.items():
        learnt = _learnt(engine, model, rule, attributes)
        figures[f"pairs of one person behind m of {', '.join(attributes)}"] = round(learnt.pairs)
        if learnt.pairs >= LEAST_PAIRS:
            model = with_m(model, learnt, source=f"m: {data}")
    duplicates = _expected_duplicates(engine, model)
    figures["expected duplicates"] = round(duplicates)
    # Somebody is on file twice somewhere, even where none was found.
    per_record = min(0.5, max(2 * duplicates, 1) / engine.records)
    return replace(
        model, trained_on=today.isoformat(), data=data, figures=figures, duplicates_per_record=per_record
    )


def with_u(model: Model, shares: Mapping[Attribute, Shares], *, source: str) -> Model:
    """The model with these shares u."""
    worth = {attribute: dict(levels) for attribute, levels in model.worth.items()}
    for attribute, learnt in shares.items():
        for level, share in proportioned(learnt).items():
            worth[attribute][level] = replace(worth[attribute][level], u=share, source=source)
    return replace(model, worth=worth)


def with_m(model: Model, learnt: Learnt, *, source: str) -> Model:
    """The model with these shares m, drawn towards its own by the weight of PRIOR_PAIRS pairs."""
    worth = {attribute: dict(levels) for attribute, levels in model.worth.items()}
    for attribute, shares in learnt.shares.items():
        drawn = {
            level: (share * learnt.pairs + worth[attribute][level].m * PRIOR_PAIRS)
            for level, share in shares.items()
        }
        for level, share in proportioned(drawn).items():
            before: Worth = worth[attribute][level]
            told = f"{source}; {before.source}" if before.source.startswith("u:") else source
            worth[attribute][level] = replace(before, m=share, source=told)
    return replace(model, worth=worth)


# --- u: how often strangers agree ------------------------------------------------------------------------------------


def sampled_u(engine: DuckDBEngine, model: Model) -> dict[Attribute, Shares]:
    """Names and birth dates of pairs drawn at random."""
    settings = settings_of(model, records=engine.records, dialect=engine.dialect, attributes=_SAMPLED)
    linker = engine.linker(settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=SEED)
    return {
        attribute: {level: share or 1 / SAMPLED_PAIRS for level, share in shares.items()}
        for attribute, shares in _shares_of(linker.misc.save_model_to_json(), "u_probability").items()
    }


def counted_u(engine: DuckDBEngine) -> dict[Attribute, Shares]:
    """Numbers: what agrees is too rare to be met by drawing, so all pairs that share a token are counted."""
    pairs = {
        column: _pairs_sharing(engine, column)
        for column in (
            "ssn_neighbours",
            "ssn_masks",
            "ssn_swaps",
            "last4_masks",
            "last4_swaps",
            "[ssn]",
            "[last4]",
        )
    }
    same, same_end = pairs["[ssn]"], pairs["[last4]"]
    following = pairs["ssn_neighbours"] - 2 * same
    one_digit = pairs["ssn_masks"] - FULL_PLACES * same - following
    full, ends = _all_pairs(engine, "ssn"), _all_pairs(engine, "last4")
    end_slips = pairs["last4_masks"] + pairs["last4_swaps"] - (LAST4_PLACES + LAST4_SWAPS) * same_end
    shares: dict[Attribute, Shares] = {
        Attribute.SSN: {
            # No two strangers have one number; by a slip that makes one number another they may.
            Level.SAME: max(one_digit, 1) / OTHERS_ONE_DIGIT_AWAY / full,
            Level.NEXT: max(following, 1) / full,
            Level.ONE_DIGIT: max(one_digit, 1) / full,
            Level.TRANSPOSED: max(pairs["ssn_swaps"] - FULL_SWAPS * same, 1) / full,
            Level.LAST4: max(same_end, 1) / ends,
        },
        Attribute.LAST4: {
            Level.SAME: max(same_end, 1) / ends,
            Level.SLIP: max(end_slips, 1) / ends,
        },
    }
    for attribute, levels in shares.items():
        levels[Level.DIFFERS] = 1 - sum(levels.values())
        shares[attribute] = {level: levels[level] for level in levels_of(attribute)}
    return shares


def _pairs_sharing(engine: DuckDBEngine, column: str) -> float:
    known = f"WHERE {column[1:-1]} IS NOT NULL" if column.startswith("[") else ""
    return engine.number(
        f"SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM"  # noqa: S608 - our own column names
        f" (SELECT count(*) AS n FROM (SELECT unnest({column}) AS token FROM {TABLE} {known}) GROUP BY token)"
    )


def _all_pairs(engine: DuckDBEngine, column: str) -> float:
    known = engine.number(f"SELECT count({column}) FROM {TABLE}")  # noqa: S608
    return max(known * (known - 1) / 2, 1.0)


# --- m: how often two records of one person agree --------------------------------------------------------------------


def _learnt(engine: DuckDBEngine, model: Model, rule: str, attributes: tuple[Attribute, ...]) -> Learnt:
    """One round of expectation maximisation over the pairs that the rule leaves."""
    pairs = _pairs_under(engine, rule)
    if pairs < LEAST_PAIRS:
        return Learnt(shares={}, pairs=0)
    linker = engine.linker(settings_of(model, records=engine.records, dialect=engine.dialect))
    session = linker.training.estimate_parameters_using_expectation_maximisation(
        rule, estimate_without_term_frequencies=True, max_pairs=MOST_PAIRS
    )
    share = session.core_model_settings.probability_two_random_records_match
    found = _shares_of(linker.misc.save_model_to_json(), "m_probability")
    return Learnt(
        shares={
            attribute: {level: share or 0.0 for level, share in found[attribute].items()}
            for attribute in attributes
        },
        pairs=share * min(pairs, MOST_PAIRS),
    )


def _pairs_under(engine: DuckDBEngine, rule: str) -> float:
    return engine.number(
        f"SELECT count(*) FROM {TABLE} l JOIN {TABLE} r ON {rule} AND l.place < r.place"  # noqa: S608 - our own rules
    )


def _shares_of(settings: Mapping[str, Any], name: str) -> dict[Attribute, dict[Level, float | None]]:
    """The shares in Splink's settings; None where no pair reached the level."""
    found: dict[Attribute, dict[Level, float | None]] = {}
    for comparison in settings["comparisons"]:
        attribute = Attribute(comparison["output_column_name"])
        found[attribute] = {
            Level(level["label_for_charts"]): share if isinstance(share := level.get(name), float) else None
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        }
    return found


def _expected_duplicates(engine: DuckDBEngine, model: Model) -> float:
    """How many pairs are one person's, by the model's own odds, kin left out."""
    expected = 0.0
    for pair in scored_pairs(engine, model, threshold=0):
        verdict = verdict_on(pair.waterfall.levels, generations=pair.generations)
        if verdict in {Verdict.DUPLICATE, Verdict.OTHER_FIRST_NAME}:
            expected += 1 / (1 + 2**-pair.waterfall.weight)
    return expected
