"""The peers that learn: ECM of the package `recordlinkage`, and Splink 5. Called by matching.py.

Both are set as a careful newcomer would set them from their guides: names by Jaro-Winkler, birth date and last 4; pairs that
share the birth date, the last 4, or first name and surname; learnt without labels, on the very people who then come (those who
know something of somebody else apart), which favours them. A record is offered if it alone reaches the threshold.
"""

import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd

from benchmarks.cases import NEWCOMER, Comer
from benchmarks.judges import NEW, Stage, Verdict
from benchmarks.onfile import Record

ECM_THRESHOLDS = (0.5, 0.99)
SPLINK_THRESHOLDS = (0.0, 8.0, 18.0)
ALIKE = 0.85  # Jaro-Winkler, as in the guide of `recordlinkage`
COLUMNS = ("first_name", "last_surname", "birth_date", "last4")

Scores = Mapping[tuple[str, str], float]  # (comer, record) -> probability or bits


def verdicts(comers: Sequence[Comer], scores: Scores, *, threshold: float) -> list[Verdict]:
    """One for each comer: the record that alone reaches the threshold."""
    reached: dict[str, list[str]] = {}
    for (comer, record), score in scores.items():
        if score >= threshold:
            reached.setdefault(comer, []).append(record)
    return [
        Verdict(stage=Stage.OFFERED, record_ids=tuple(found)) if len(found) == 1 else NEW
        for found in (reached.get(f"q{place}", []) for place in range(len(comers)))
    ]


def _tables(records: Iterable[Record], comers: Sequence[Comer]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """On file, and what is typed; lower case, trimmed, blank for what is missing."""
    on_file = [
        (each.id, each.first_name, each.last_surname, each.birth_date, each.ssn[-4:]) for each in records
    ]
    typed = [
        (f"q{place}", each.typed.first_name, each.typed.last_surname, each.typed.birth_date, each.typed.last4)
        for place, each in enumerate(comers)
    ]
    return _table(on_file), _table(typed)


def _table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["unique_id", *COLUMNS])
    for name in ("first_name", "last_surname"):
        table[name] = table[name].str.strip().str.casefold()
    table["birth_date"] = table["birth_date"].map(lambda born: born.isoformat() if born else None)
    return table.replace({"": None})


@contextmanager
def _quiet() -> Iterator[None]:
    """Both write much about their progress, and warn of what their own next release changes."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _honest(comers: Sequence[Comer]) -> list[Comer]:
    """Whom they learn from."""
    return [comer for comer in comers if comer.truth or comer.group == NEWCOMER]


def ecm(records: Sequence[Record], comers: Sequence[Comer]) -> Scores:
    """The probability of every pair that was compared."""
    import recordlinkage  # noqa: PLC0415 - seconds to import, and only some runs ask for it

    with _quiet():
        classifier = recordlinkage.ECMClassifier()
        classifier.fit(_features(records, _honest(comers)))
        found = classifier.prob(_features(records, comers))
    return {(str(comer), str(record)): float(score) for (comer, record), score in found.items()}


def _features(records: Sequence[Record], comers: Sequence[Comer]) -> pd.DataFrame:
    import recordlinkage  # noqa: PLC0415

    on_file, typed = (table.set_index("unique_id") for table in _tables(records, comers))
    pairs = recordlinkage.Index()
    pairs.block("birth_date")
    pairs.block("last4")
    pairs.block(["first_name", "last_surname"])
    compare = recordlinkage.Compare()
    for name in ("first_name", "last_surname"):
        compare.string(name, name, method="jarowinkler", threshold=ALIKE, label=name)
    for fact in ("birth_date", "last4"):
        compare.exact(fact, fact, label=fact)
    return compare.compute(pairs.index(typed, on_file), typed, on_file)


def splink(records: Sequence[Record], comers: Sequence[Comer]) -> Scores:
    """The match weight, in bits, of every pair that was compared."""
    from splink import Linker, SettingsCreator, block_on  # noqa: PLC0415 - an optional extra of the project
    from splink import comparison_library as compare  # noqa: PLC0415

    rules: list[Any] = [block_on("birth_date"), block_on("last4"), block_on("first_name", "last_surname")]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            compare.NameComparison("first_name").configure(term_frequency_adjustments=True),
            compare.NameComparison("last_surname").configure(term_frequency_adjustments=True),
            compare.DateOfBirthComparison("birth_date", input_is_string=True),
            compare.DamerauLevenshteinAtThresholds("last4", [1]),
        ],
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )
    with _quiet():
        learning = Linker(_registered(records, _honest(comers)), settings, log_level=None)
        training = learning.training
        sure = ("first_name", "last_surname", "birth_date"), ("last_surname", "birth_date", "last4")
        training.estimate_probability_two_random_records_match([block_on(*each) for each in sure], recall=0.7)
        training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
        for columns in (("birth_date",), ("last4", "first_name"), ("last4", "last_surname")):
            training.estimate_parameters_using_expectation_maximisation(
                block_on(*columns), record_sample_proportion=1.0
            )
        model = learning.misc.save_model_to_json(None)
        linker = Linker(_registered(records, comers), model, log_level=None)
        found: Any = linker.inference.predict(threshold_match_weight=min(SPLINK_THRESHOLDS))
        table: pd.DataFrame = found.as_pandas_dataframe()
    return _oriented(table)


def _registered(records: Sequence[Record], comers: Sequence[Comer]) -> list[Any]:
    from splink.backends.duckdb import DuckDBAPI  # noqa: PLC0415

    database = DuckDBAPI()
    named = zip(("on_file", "typed"), _tables(records, comers), strict=True)
    return [database.register(table, dataset_display_name=name) for name, table in named]


def _oriented(table: pd.DataFrame) -> Scores:
    """Which of the two sides Splink calls left follows the alphabet."""
    scores: dict[tuple[str, str], float] = {}
    for left, right, whose, weight in zip(
        table["unique_id_l"],
        table["unique_id_r"],
        table["source_dataset_l"],
        table["match_weight"],
        strict=True,
    ):
        comer, record = (left, right) if whose == "typed" else (right, left)
        scores[str(comer), str(record)] = float(weight)
    return scores
