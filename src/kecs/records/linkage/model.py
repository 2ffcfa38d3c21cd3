"""PURE. The model of linkage: what each level of agreement is worth, where that comes from, and how rare a duplicate is.

One readable file holds it (model.json is the one that comes with KECS); `kecs train_linkage` writes another from an
installation's own index. The engine reads the same file whether it runs on DuckDB or on Spark.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from math import isclose, log2
from pathlib import Path
from typing import Any

from kecs.records.linkage.comparisons import Attribute, Level, levels_of

FORM = 1  # of the file; rises when its keys change
_SUM = 1e-3


class ModelRefused(Exception):
    """The file is no model that this version understands. The message is for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """How often a level is seen among pairs of records of one person (m), and among pairs of strangers (u)."""

    m: float
    u: float
    source: str

    @property
    def bits(self) -> float:
        """What the level adds to the weight of a pair."""
        return log2(self.m / self.u)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Everything that the engine needs to weigh a pair."""

    trained_on: str  # YYYY-MM-DD
    data: str
    figures: Mapping[str, Any]
    duplicates_per_record: float  # how many of the records have another of the same person
    threshold: float  # bits at and above which a pair goes to staff
    worth: Mapping[Attribute, Mapping[Level, Worth]] = field(repr=False)

    def chance(self, records: int) -> float:
        """That two records drawn at random are one person's."""
        return min(0.5, self.duplicates_per_record / max(records - 1, 1))

    def prior(self, records: int) -> float:
        """The same in bits: where the weight of every pair begins."""
        chance = self.chance(records)
        return log2(chance / (1 - chance))


def the_model() -> Model:
    """The one that comes with KECS."""
    return parsed(files("kecs.records.linkage").joinpath("model.json").read_text("utf-8"))


def read_model(path: Path) -> Model:
    """The model in this file. Raises ModelRefused, OSError."""
    return parsed(path.read_text("utf-8"))


def parsed(text: str) -> Model:
    """The model in this text. Raises ModelRefused with a sentence that says what is wrong."""
    try:
        content = json.loads(text)
    except ValueError:
        raise ModelRefused("It is not JSON.") from None
    if not isinstance(content, dict) or content.get("form") != FORM:
        raise ModelRefused(f"It is not a model of form {FORM}.")
    try:
        model = Model(
            trained_on=str(content["trained_on"]),
            data=str(content["data"]),
            figures=dict(content["figures"]),
            duplicates_per_record=float(content["duplicates_per_record"]),
            threshold=float(content["threshold"]),
            worth={
                attribute: {
                    level: _worth(content["comparisons"][attribute.value][level.value])
                    for level in levels_of(attribute)
                }
                for attribute in Attribute
            },
        )
    except KeyError as missing:
        raise ModelRefused(f"It lacks {missing}.") from None
    except (TypeError, ValueError):
        raise ModelRefused("A number in it cannot be read.") from None
    _demand_sense(model)
    return model


def _worth(content: Mapping[str, Any]) -> Worth:
    return Worth(m=float(content["m"]), u=float(content["u"]), source=str(content["source"]))


def _demand_sense(model: Model) -> None:
    if not 0 < model.duplicates_per_record < 1:
        raise ModelRefused("duplicates_per_record is not between 0 and 1.")
    for attribute, levels in model.worth.items():
        for worth in levels.values():
            if not (0 < worth.m < 1 and 0 < worth.u < 1):
                raise ModelRefused(f"A share of {attribute.value} is not between 0 and 1.")
        for name, total in (
            ("m", sum(worth.m for worth in levels.values())),
            ("u", sum(worth.u for worth in levels.values())),
        ):
            if not isclose(total, 1, abs_tol=_SUM):
                raise ModelRefused(f"The shares {name} of {attribute.value} add up to {total:.4f}, not to 1.")


def written(model: Model) -> str:
    """The text of the model's file: one line a level, with its worth in bits for the reader."""
    comparisons = {
        attribute.value: {
            level.value: {
                "m": _short(worth.m),
                "u": _short(worth.u),
                "bits": round(worth.bits, 1),
                "source": worth.source,
            }
            for level, worth in levels.items()
        }
        for attribute, levels in model.worth.items()
    }
    head = {
        "form": FORM,
        "trained_on": model.trained_on,
        "data": model.data,
        "figures": dict(model.figures),
        "duplicates_per_record": _short(model.duplicates_per_record),
        "threshold": model.threshold,
    }
    lines = json.dumps(head, indent=2, ensure_ascii=False).removesuffix("\n}") + ',\n  "comparisons": {\n'
    attributes = []
    for name, levels in comparisons.items():
        rows = [f"      {json.dumps(level)}: {json.dumps(worth)}" for level, worth in levels.items()]
        attributes.append(f"    {json.dumps(name)}: {{\n" + ",\n".join(rows) + "\n    }")
    return lines + ",\n".join(attributes) + "\n  }\n}\n"


def _short(share: float) -> float:
    return float(f"{share:.4g}")


def proportioned(shares: Mapping[Level, float]) -> dict[Level, float]:
    """The same shares, adding up to one."""
    total = sum(shares.values())
    return {level: share / total for level, share in shares.items()}
