"""The source of the house, parsed once; every law reads it from here."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "kecs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file: where it is, and what it says."""

    path: str  # from the root of the project, with slashes
    lines: list[str]
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Module":
        """Parse a file's text; the laws' own tests make modules of a few lines with this."""
        return cls(path=path, lines=text.splitlines(), tree=ast.parse(text))

    @property
    def room(self) -> str:
        """The room it belongs to ("" for the package's own file)."""
        parts = self.path.split("/")
        return parts[2] if len(parts) > 3 else ""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.rsplit("/", 1)[-1].removesuffix(".py")

    def at(self, node: ast.AST) -> str:
        """Where a node stands, as an editor wants it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package except migrations, which are written by Django."""
    files = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
    return tuple(
        Module.of(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files
    )


@cache
def rooms() -> tuple[str, ...]:
    """The names of the rooms."""
    return tuple(sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions at the top of a module, the private ones left out."""
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


@cache
def project_files() -> tuple[Path, ...]:
    """Every file of the project: what stands in the checkout, without the folders that .gitignore leaves out."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    left_out = {line.strip("/") for line in ignored if line.endswith("/")} | {".git"}
    found: list[Path] = []
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.is_dir() and path.name not in left_out and not path.name.endswith(".egg-info"):
                folders.append(path)
            elif path.is_file():
                found.append(path)
    return tuple(found)
