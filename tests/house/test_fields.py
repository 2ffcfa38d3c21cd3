"""Law: every column says how sensitive it is, so that exports, logs and scrubbers can ask instead of guess."""

import importlib
from collections.abc import Mapping
from enum import StrEnum

from django.apps import apps
from django.db import models


class Sensitivity(StrEnum):
    """What may happen with a value, from open to shut."""

    PUBLIC = "public"  # may be shown to anybody
    INTERNAL = "internal"  # says nothing about a person
    PERSONAL = "personal"  # says something about a person
    SECRET = "secret"  # opens something, or identifies a person for good: sealed or hashed


Classes = Mapping[str, Mapping[str, str]]


def columns(model: type[models.Model]) -> set[str]:
    """The names of a model's own concrete fields."""
    return {field.name for field in model._meta.get_fields() if getattr(field, "concrete", False)}


def faults(room: str, declared: Classes, actual: Mapping[str, set[str]]) -> list[str]:
    """What a room's FIELDS leaves out, makes up or misnames."""
    found = [f"{room}: FIELDS lacks the model {name}" for name in actual.keys() - declared.keys()]
    found += [f"{room}: FIELDS names {name}, which is no model" for name in declared.keys() - actual.keys()]
    for model in actual.keys() & declared.keys():
        found += [
            f"{room}.{model}: {name} is not classified" for name in actual[model] - declared[model].keys()
        ]
        found += [f"{room}.{model}: {name} is no field" for name in declared[model].keys() - actual[model]]
        found += [
            f"{room}.{model}: {name} is {kind!r}, which is none of {[*Sensitivity]}"
            for name, kind in declared[model].items()
            if kind not in [*Sensitivity]
        ]
    return sorted(found)


def our_models() -> dict[str, dict[str, set[str]]]:
    """Every concrete model of every room, with its columns."""
    found: dict[str, dict[str, set[str]]] = {}
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("kecs.") and not model._meta.auto_created:
            found.setdefault(model.__module__, {})[model.__name__] = columns(model)
    return found


def test_every_field_is_classified():
    found = []
    for name, actual in our_models().items():
        declared = getattr(importlib.import_module(name), "FIELDS", {})
        found += faults(name, declared, actual)
    assert found == []


def test_sealed_columns_are_not_called_harmless():
    from kecs.pii.fields import SealedField

    for name, actual in our_models().items():
        declared = getattr(importlib.import_module(name), "FIELDS", {})
        for model in actual.keys() & declared.keys():
            for field in apps.get_model(name.split(".")[1], model)._meta.concrete_fields:
                if isinstance(field, SealedField):
                    assert declared[model][field.name] in {Sensitivity.PERSONAL, Sensitivity.SECRET}, (
                        model,
                        field,
                    )


def test_each_fault_is_seen():
    actual = {"Record": {"id", "ssn"}}
    assert faults("x", {"Record": {"id": "internal", "ssn": "secret"}}, actual) == []
    assert faults("x", {}, actual) == ["x: FIELDS lacks the model Record"]
    assert faults("x", {"Record": {"id": "internal"}}, actual) == ["x.Record: ssn is not classified"]
    assert len(faults("x", {"Record": {"id": "internal", "ssn": "open", "gone": "public"}}, actual)) == 2
    assert len(faults("x", {"Record": {"id": "internal", "ssn": "secret"}, "Old": {}}, actual)) == 1
