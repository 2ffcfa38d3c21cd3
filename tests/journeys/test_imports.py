"""Import and export in a browser: a file is sent, looked through, loaded and undone; a list is taken along."""

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kecs.records.uploads.working import work_on_uploads
from tests.factories import factors as f
from tests.factories.imports import HEADER, MARIA
from tests.factories.visits import register_new
from tests.inspection import InspectingClient
from tests.journeys import walking as w
from tests.journeys.test_desk import CLERK
from tests.journeys.test_states import Look, look, visitor

__all__ = ["look", "visitor"]  # fixtures
GOOD = [f"{number},Ann,Lee,,1970-01-02,900-12-{4000 + number},," for number in range(1, 40)]
BAD = ["50,B0b,Lee,,1970-13-02,,,", "51,B0b,Lee,,,,,"]


@pytest.fixture
def clerk(transactional_db: None, settings, tmp_path: Path) -> None:
    """Staff with an app."""
    from kecs.accounts.models import User

    settings.KECS_ROBOT = "null"
    settings.KECS_VAR_DIR = tmp_path
    register_new(InspectingClient(), CLERK, username="ines.clerk")
    ines = User.objects.get(username="ines.clerk")
    f.as_staff(ines)
    f.with_app(ines)


def work() -> None:
    assert work_on_uploads(by="system:imports", stop=threading.Event(), say=lambda _line: None)


def test_a_file_from_sending_to_undoing(clerk: None, visitor: Page, look: Look, site: str, tmp_path: Path):
    file = tmp_path / "educators of october.csv"
    file.write_text(
        "\n".join([HEADER.replace("deceased", "shoe_size"), MARIA, *GOOD, *BAD]), encoding="utf-8"
    )
    page = visitor
    page.goto(f"{site}/")
    w.signs_in(page, "ines.clerk")
    page.locator("[name=code]").fill(f.code())
    w.press(page, "Continue")
    page.goto(f"{site}/desk/imports")
    look(page, "desk-imports")
    page.get_by_label("CSV file").set_input_files(file)
    w.press(page, "Send the file")
    w.sees(page, "waits for its turn")
    look(page, "desk-import-waits")
    with page.expect_navigation():  # by itself: the script sees that it is done
        work()
    w.sees(page, "What the file would do")
    look(page, "desk-import-looked")
    w.follow(page, "Load these rows")
    look(page, "desk-import-confirm")
    page.get_by_label("Reason").select_option("regular_file")
    w.press(page, "Yes, load the rows")
    with page.expect_navigation():
        work()
    w.sees(page, "can be undone until")
    look(page, "desk-import-loaded")
    w.follow(page, "Undo the whole import")
    look(page, "desk-import-undo")
    page.get_by_label("Reason").select_option("wrong_file")
    w.press(page, "Yes, undo the import")
    with page.expect_navigation():
        work()
    w.sees(page, "What was undone")
    look(page, "desk-import-undone")
    page.goto(f"{site}/desk/exports")
    look(page, "desk-exports")
    page.get_by_label("List", exact=True).select_option("without_account")
    page.get_by_label("Reason").select_option("call_people")
    with page.expect_download() as started:
        w.button(page, "Download the list").click()
    assert started.value.suggested_filename.startswith("without_account-")
