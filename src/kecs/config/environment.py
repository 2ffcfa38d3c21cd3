"""Reads the environment and the installation's kecs.env into typed values; settings.py is its only caller."""

import os
from datetime import date
from pathlib import Path

from dotenv import dotenv_values

SOURCE_TREE = Path(__file__).resolve().parents[3]


def var_dir() -> Path:
    """Where this installation keeps its files: KECS_VAR_DIR, else var/ of the source tree, else var/ of this folder."""
    named = os.environ.get("KECS_VAR_DIR")
    if named:
        return Path(named).resolve()
    home = SOURCE_TREE if (SOURCE_TREE / "pyproject.toml").exists() else Path.cwd()
    return home / "var"


class Environment:
    """The environment over the file: a variable that is set wins over the same name in kecs.env."""

    def __init__(self, file: Path) -> None:
        self._file = {key: value for key, value in dotenv_values(file).items() if value is not None}

    def text(self, name: str, default: str = "") -> str:
        """The value, or the default when it is unset or blank."""
        return os.environ.get(name) or self._file.get(name) or default

    def flag(self, name: str, *, default: bool) -> bool:
        """True for 1, true, yes, on."""
        value = self.text(name)
        return value.lower() in {"1", "true", "yes", "on"} if value else default

    def number(self, name: str, default: int) -> int:
        """A whole number. Raises ValueError that names the variable."""
        value = self.text(name)
        try:
            return int(value) if value else default
        except ValueError:
            raise ValueError(f"{name} must be a whole number.") from None

    def names(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list."""
        return [item.strip() for item in self.text(name, default).split(",") if item.strip()]

    def dates(self, name: str) -> frozenset[date]:
        """A comma-separated list of days, YYYY-MM-DD. Raises ValueError that names the variable."""
        try:
            return frozenset(date.fromisoformat(day) for day in self.names(name))
        except ValueError:
            raise ValueError(f"{name} must be days like 2026-12-25, with commas between.") from None
