"""The one module that runs Splink: scores all pairs that share a key, on DuckDB in memory or, through spark, on Spark.

Called by findings and training. Nothing is written to a file: DuckDB has neither a place to spill to nor leave to open one.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import SplinkException

from kecs.records.linkage.comparisons import COMPARISONS, Attribute, Condition, Dialect, Level, condition_sql
from kecs.records.linkage.model import Model
from kecs.records.linkage.rows import COLUMNS, Content, Row, columns_of
from kecs.records.linkage.waterfall import Waterfall, waterfall

# Splink speaks to people at a notebook.
logging.getLogger("splink").setLevel(logging.CRITICAL)

BATCH = 20_000
TABLE = "records"
BLOCKING = {"blocking_rule": "l.blocking_keys = r.blocking_keys", "arrays_to_explode": ["blocking_keys"]}
# A name seen once among ten million is not worth more than one seen once among a million: it may be a slip.
LEAST_FREQUENCY = 1e-6

_TYPES = {
    Content.NUMBER: pa.int64(),
    Content.TEXT: pa.string(),
    Content.NUMBERS: pa.list_(pa.int64()),
    Content.TEXTS: pa.list_(pa.string()),
}
# Of a scored pair; Splink keeps the names and tokens beside them, which stay where they are.
_RARER = {
    attribute for attribute, levels in COMPARISONS.items() if any(level.frequency_of for level in levels)
}
WANTED = (
    "place_l",
    "place_r",
    "generation_l",
    "generation_r",
    *(f"gamma_{attribute.value}" for attribute in Attribute),
    *(f"mw_{attribute.value}" for attribute in Attribute),
    *(f"mw_tf_adj_{attribute.value}" for attribute in Attribute if attribute in _RARER),
)
SCHEMA = pa.schema([(name, _TYPES[content]) for name, content in COLUMNS.items()])


class LinkageFailed(Exception):
    """The engine gave up. Carries the kind of fault only: an engine's own message may quote a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPair:
    """Two records by their places in this run, why they weigh what they do, and their generations if stated."""

    places: tuple[int, int]
    waterfall: Waterfall
    generations: tuple[int | None, int | None]


class Engine(Protocol):
    """Where Splink runs: DuckDBEngine here, SparkEngine in spark."""

    dialect: Dialect
    records: int
    faults: tuple[type[Exception], ...]  # what it raises when it gives up

    def load(self, rows: Iterable[Row]) -> None:
        """Take the rows in, a batch at a time."""

    def linker(self, settings: dict[str, Any]) -> Linker:
        """Splink on the loaded rows."""

    def fetched(self, result: Any) -> Iterator[dict[str, Any]]:
        """What is WANTED of a result, row by row."""

    def close(self) -> None:
        """Forget everything."""


class DuckDBEngine:
    """One machine, in memory, for the length of one run."""

    dialect = Dialect.DUCKDB
    faults: tuple[type[Exception], ...] = (duckdb.Error,)

    def __init__(self, *, memory_limit: str | None = None) -> None:
        self.connection = duckdb.connect(":memory:")
        if memory_limit is not None:
            self.connection.sql(f"SET memory_limit = '{memory_limit}'")
        for setting in (
            "SET temp_directory = ''",  # what does not fit into memory fails, and is never spilt
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            self.connection.sql(setting)
        empty = SCHEMA.empty_table()
        self.connection.register("batch", empty)
        self.connection.sql(f"CREATE TABLE {TABLE} AS FROM batch")
        self.connection.unregister("batch")
        self.records = 0

    def load(self, rows: Iterable[Row]) -> None:
        """Take the rows in, a batch at a time."""
        for batch in batches(rows):
            self.connection.register("batch", batch)
            self.connection.sql(f"INSERT INTO {TABLE} FROM batch")
            self.connection.unregister("batch")
            self.records += batch.num_rows

    def number(self, query: str) -> float:
        """The one number that a query answers."""
        [[number]] = self.connection.sql(query).fetchall()
        return float(number)

    def linker(self, settings: dict[str, Any]) -> Linker:
        """Splink on the loaded rows."""
        api = DuckDBAPI(connection=self.connection)
        return Linker(api.register(TABLE), settings, log_level=None, validate_settings=False)

    def fetched(self, result: Any) -> Iterator[dict[str, Any]]:
        """What is wanted of a result, a batch at a time."""
        for batch in result.as_duckdbpyrelation().select(*WANTED).to_arrow_reader(BATCH):
            yield from batch.to_pylist()

    def close(self) -> None:
        """Forget everything."""
        self.connection.close()


def batches(rows: Iterable[Row]) -> Iterator[pa.Table]:
    """The rows as Arrow tables."""
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == BATCH:
            yield pa.table(columns_of(waiting), schema=SCHEMA)
            waiting = []
    if waiting:
        yield pa.table(columns_of(waiting), schema=SCHEMA)


# --- What Splink is told ---------------------------------------------------------------------------------------------


def settings_of(
    model: Model, *, records: int, dialect: Dialect, attributes: Iterable[Attribute] = Attribute
) -> dict[str, Any]:
    """Splink's settings for this model and an index of this size."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "place",
        "probability_two_random_records_match": model.chance(records),
        "blocking_rules_to_generate_predictions": [BLOCKING],
        "comparisons": [_comparison(attribute, model, dialect) for attribute in attributes],
        "retain_matching_columns": True,  # the levels come with them only
        "retain_intermediate_calculation_columns": True,
        "additional_columns_to_retain": ["generation"],
    }


def _comparison(attribute: Attribute, model: Model, dialect: Dialect) -> dict[str, Any]:
    return {
        "output_column_name": attribute.value,
        "comparison_levels": [
            _level(attribute, condition, model, dialect) for condition in COMPARISONS[attribute]
        ],
    }


def _level(attribute: Attribute, condition: Condition, model: Model, dialect: Dialect) -> dict[str, Any]:
    level: dict[str, Any] = {
        "sql_condition": condition_sql(condition, dialect),
        "label_for_charts": condition.level.value,
    }
    if condition.level is Level.ABSENT:
        return {**level, "is_null_level": True}
    worth = model.worth[attribute][condition.level]
    level |= {"m_probability": worth.m, "u_probability": worth.u}
    if condition.frequency_of is not None:
        level |= {"tf_adjustment_column": condition.frequency_of, "tf_minimum_u_value": LEAST_FREQUENCY}
    return level


# --- What it answers -------------------------------------------------------------------------------------------------


def scored_pairs(engine: Engine, model: Model, *, threshold: float) -> Iterator[ScoredPair]:
    """Every pair at or above the threshold (in bits), in no order. Raises LinkageFailed."""
    if engine.records < 2:
        return
    settings = settings_of(model, records=engine.records, dialect=engine.dialect)
    with told_by_kind(engine):
        predictions = engine.linker(settings).inference.predict(
            threshold_match_weight=threshold, warning_mode="never"
        )
        for row in engine.fetched(predictions):
            yield _scored(row, model.prior(engine.records))


@contextmanager
def told_by_kind(engine: Engine) -> Iterator[None]:
    """Whatever the engine raises in this block becomes LinkageFailed, without its message: that may quote a row."""
    try:
        yield
    except SplinkException as fault:
        raise LinkageFailed(type(fault.__cause__ or fault).__name__) from None
    except engine.faults as fault:
        raise LinkageFailed(type(fault).__name__) from None


def level_at(attribute: Attribute, gamma: int) -> Level:
    """The level behind Splink's number for it: -1 is absent, 0 the last, the highest the first."""
    if gamma < 0:
        return Level.ABSENT
    return COMPARISONS[attribute][-1 - gamma].level


def _scored(row: dict[str, Any], prior: float) -> ScoredPair:
    return ScoredPair(
        places=(row["place_l"], row["place_r"]),
        waterfall=waterfall(
            prior=prior,
            levels={each: level_at(each, row[f"gamma_{each.value}"]) for each in Attribute},
            bits={each: row[f"mw_{each.value}"] for each in Attribute},
            rarity={each: row[f"mw_tf_adj_{each.value}"] for each in _RARER},
        ),
        generations=(row["generation_l"], row["generation_r"]),
    )
