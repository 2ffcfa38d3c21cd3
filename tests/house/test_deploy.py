"""What is shipped beside the code agrees with it, and a new version takes nothing away from those who are served by the old one."""

import json
import re
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from kecs.config import gunicorn

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def script(name: str) -> ModuleType:
    loader = SourceFileLoader(name, str(ROOT / "scripts" / name))
    spec = spec_from_loader(name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def version(folder: Path, **files: str) -> Path:
    """A version's files, just collected."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_files_of_the_version_before_stay_until_the_version_after(tmp_path: Path) -> None:
    put = script("static").put_in_place
    static, listed = tmp_path / "static", tmp_path / "listed"
    put(version(tmp_path / "1", a_css="a", both_js="both", staticfiles_json="1"), static, listed)
    put(version(tmp_path / "2", b_css="b", both_js="both", staticfiles_json="2"), static, listed)
    assert {path.name for path in static.iterdir()} == {"a.css", "b.css", "both.js", "staticfiles.json"}
    put(version(tmp_path / "3", c_css="c", both_js="both", staticfiles_json="3"), static, listed)
    assert {path.name for path in static.iterdir()} == {"b.css", "c.css", "both.js", "staticfiles.json"}
    assert (static / "staticfiles.json").read_text() == "3"


def test_files_that_were_there_before_any_list_stay(tmp_path: Path) -> None:
    static = version(tmp_path / "static", old_css="old")
    script("static").put_in_place(version(tmp_path / "1", a_css="a"), static, tmp_path / "listed")
    assert {path.name for path in static.iterdir()} == {"a.css", "old.css"}
    assert json.loads((tmp_path / "listed").read_text()) == ["a.css"]


def test_the_list_of_files_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that begins in between finds each file that its list names."""
    seen: list[str] = []
    replace = Path.replace

    def watched(source: Path, target: Path) -> Path:
        seen.append(target.name)
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", watched)
    new = version(tmp_path / "1", a_css="a", staticfiles_json="1", z_js="z")
    script("static").put_in_place(new, tmp_path / "static", tmp_path / "listed")
    assert seen == ["a.css", "z.js", "staticfiles.json"]


def test_setup_leaves_the_files_of_running_processes_alone() -> None:
    """By scripts/static only; `collectstatic --clear` takes away what running processes serve."""
    assert "collectstatic" not in (ROOT / "scripts/setup").read_text()


def test_systemd_holds_the_ports_of_web_processes() -> None:
    """A process that ends takes what waits at a port of its own with it: forms were lost so."""
    service = (DEPLOY / "systemd/kecs-web@.service").read_text()
    socket = (DEPLOY / "systemd/kecs-web@.socket").read_text()
    assert "Requires=kecs-web@%i.socket" in service
    assert "Also=kecs-web@%i.socket" in service
    assert "--bind" not in service
    assert "ListenStream=127.0.0.1:%i" in socket
    assert f"Backlog={gunicorn.backlog}" in socket


@pytest.mark.parametrize("name", ["kecs-upstream.conf", "kecs-upstream.containers.conf"])
def test_nginx_lets_go_of_a_connection_first(name: str) -> None:
    kept = re.search(r"keepalive_timeout (\d+)s;", (DEPLOY / name).read_text())
    assert kept is not None
    assert int(kept[1]) < min(
        gunicorn.keepalive, import_module("gunicorn.workers.gthread").STOP_KEEPALIVE_LINGER
    )


def test_only_the_owners_container_may_write_keys() -> None:
    """podman-compose takes no other mount on its command line: keys were not to be made in a container."""
    services = re.findall(
        r"(?m)^  (\w+):(.*(?:\n    .*)*)", (DEPLOY / "compose.yaml").read_text().partition("services:")[2]
    )
    writers = [
        name for name, text in services if "./keys:/run/keys" in text and "./keys:/run/keys:ro" not in text
    ]
    assert writers == ["owner"]
    assert "command: [kecs, check, --deploy]" in dict(services)["owner"]
    assert 'restart: "no"' in dict(services)["owner"]


def test_no_comment_stands_behind_a_value_of_postfix() -> None:
    """Postfix takes it for a part of the value."""
    page = (ROOT / "docs/runbooks/mail.md").read_text()
    values = re.findall(r"(?m)^    [a-z_]+ = .*$", page)
    assert len(values) > 10
    assert [line for line in values if "#" in line] == []
