"""What people do besides what the guide says: wrong turns, two at once, back and reload, a double click, only keys."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories.people import MARIA, PASSWORD, on_file
from tests.journeys import walking as w
from tests.journeys.conftest import NewPage, Watch
from tests.journeys.test_states import RUTH

pytestmark = pytest.mark.django_db(transaction=True)


def accounts() -> int:
    """How many there are."""
    from django.contrib.auth import get_user_model

    return get_user_model()._default_manager.count()


def test_my_record_was_taken_before(new_page: NewPage, phone_page: Page):
    # Given somebody holds my record
    on_file(MARIA, contact_email="maria.on.file@example.org")
    w.claims(new_page(), MARIA)
    # When I search for it
    w.searches(phone_page, MARIA)
    # Then I am told so, and can have the username mailed to the address on file
    w.is_at(phone_page, "You already have an account")
    assert w.button(phone_page, "This is Me!").count() == 0
    w.press(phone_page, "Email my username")
    w.sees(phone_page, "we are sending the username there now")
    assert "maria.fuentes" in w.mail_to("maria.on.file@example.org", "Your username")
    # And whoever holds it hears that somebody searched
    assert "tried to register" in w.mail_to(MARIA.email, "Someone searched for your record")


def test_this_is_not_me(phone_page: Page):
    # Given a record with my name, birth date and last 4 that is not mine
    on_file(MARIA)
    w.searches(phone_page, MARIA)
    # When I say so
    w.press(phone_page, "This is not me")
    # Then I can create a new account all the same
    w.is_at(phone_page, "We did not find your record")
    w.press(phone_page, "Create New Account")
    w.types_the_account(phone_page, MARIA, username="maria.fuentes")
    phone_page.get_by_label("Social Security Number", exact=True).fill("901-55-4321")
    w.press(phone_page, "Create my account")
    w.is_at(phone_page, "Home Page")


def test_two_people_claim_one_record(new_page: NewPage):
    on_file(MARIA)
    first, second = new_page(), new_page()
    for page, username in ((first, "maria.fuentes"), (second, "maria.other")):
        w.searches(page, MARIA)
        w.press(page, "This is Me!")
        w.types_the_account(page, MARIA, username=username)
    w.press(first, "Create my account")
    w.is_at(first, "Home Page")
    w.press(second, "Create my account")
    w.is_at(second, "You already have an account")
    assert accounts() == 1


def test_a_search_in_a_second_tab(browser_page: Page):
    on_file(MARIA)
    on_file(RUTH)
    w.searches(browser_page, MARIA)
    tab = browser_page.context.new_page()
    w.searches(tab, RUTH)
    # The first tab still shows María; pressing its button must not claim Ruth's record.
    w.press(browser_page, "This is Me!")
    w.sees(browser_page, "You searched again in another window. This is your newest search.")
    w.sees(browser_page, "Okafor")
    w.press(browser_page, "This is Me!")
    w.is_at(browser_page, "Create your account")
    w.sees(browser_page, "Okafor")


def test_back_and_reload_at_each_step(browser_page: Page):
    page = browser_page
    on_file(MARIA)
    w.searches(page, MARIA)
    page.reload()
    w.is_at(page, "We found your record")
    page.go_back()
    w.is_at(page, "Find your record")
    assert page.get_by_label("Last 4 of your social").input_value() in {"", MARIA.last4}
    page.go_forward()
    w.press(page, "This is Me!")
    page.reload()
    w.is_at(page, "Create your account")
    page.go_back()
    w.is_at(page, "We found your record")
    w.press(page, "This is Me!")
    w.types_the_account(page, MARIA, username="m")
    w.press(page, "Create my account")
    w.sees(page, "There is a problem")
    page.reload()  # sends the form with its mistake once more
    w.sees(page, "There is a problem")
    page.goto("/register/account")
    w.types_the_account(page, MARIA, username="maria.fuentes")
    w.press(page, "Create my account")
    w.is_at(page, "Home Page")
    page.reload()
    w.is_at(page, "Home Page")
    page.go_back()  # the form is gone for one who has an account
    w.is_at(page, "Home Page")
    w.press(page, "Sign out")
    w.is_at(page, "Sign In or Register")
    page.go_back()  # nothing of mine is shown on a shared machine
    w.is_at(page, "Sign In or Register")
    assert accounts() == 1


def test_a_double_click_on_the_last_button(browser_page: Page):
    page = browser_page
    on_file(MARIA)
    w.searches(page, MARIA)
    w.press(page, "This is Me!")
    w.types_the_account(page, MARIA, username="maria.fuentes")
    with page.expect_navigation(url="**/home"):
        w.button(page, "Create my account").dblclick()
    w.is_at(page, "Home Page")
    assert accounts() == 1


def test_with_the_keyboard_only(browser_page: Page):
    page, keys = browser_page, browser_page.keyboard
    on_file(MARIA)

    def focused() -> str:
        return str(
            page.evaluate("document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText")
        )

    def tab_to(name: str) -> None:
        for _ in range(30):
            keys.press("Tab")
            if focused().strip() == name:
                ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert ring != "none" or name == "I'm not a robot", f"no focus ring on {name}"
                return
        pytest.fail(f"The Tab key never reaches {name!r}.")

    def types(**answers: str) -> None:
        for name, answer in answers.items():
            tab_to(name.replace("_", " "))
            keys.type(answer)

    page.goto("/")
    keys.press("Tab")
    assert focused() == "Skip to main content"
    tab_to("Register")
    keys.press("Enter")
    w.is_at(page, "Find your record")
    types(Your_first_name="María", Your_last_name="Fuentes-Ortega", Last_4_of_your_social="4321")
    types(Date_of_Birth="04091985")
    tab_to("I'm not a robot")
    keys.press("Space")
    expect(page.locator("[data-robot-status]")).to_have_text("Check done.")
    tab_to("Search")
    keys.press("Enter")
    w.is_at(page, "We found your record")
    tab_to("This is Me!")
    keys.press("Enter")
    w.is_at(page, "Create your account")
    types(Username="maria.fuentes", Email_address=MARIA.email, Create_a_password="short")
    types(Confirm_the_password="short")
    keys.press("Enter")
    w.sees(page, "There is a problem")
    # The summary has the focus, and its first link leads to the box that it is about.
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    keys.press("Tab")
    keys.press("Enter")
    assert focused() == "Create a password"
    keys.type(PASSWORD)
    types(Confirm_the_password=PASSWORD)
    keys.press("Enter")
    w.is_at(page, "Home Page")


def test_the_robot_check_cannot_be_loaded(phone_page: Page, watch: Watch):
    # Given a network that lets the robot check's files not through
    page = phone_page
    watch.expect("net::ERR_FAILED")
    page.route("**/altcha/**", lambda route: route.abort())
    page.goto("/register/search")
    w.types_the_facts(page, MARIA)
    # When I tick the box
    page.locator("label[for=id_robot]").click()
    # Then I am told to go on, and can
    w.sees(page, "The check could not finish in your browser. You can still go on.")
    page.wait_for_timeout(5_000)
    w.press(page, "Search")
    w.is_at(page, "We did not find your record")


def test_my_session_ended_while_i_was_away(browser_page: Page):
    page = browser_page
    on_file(MARIA)
    w.searches(page, MARIA)
    w.press(page, "This is Me!")
    w.types_the_account(page, MARIA, username="maria.fuentes")
    page.context.clear_cookies(name="session")
    w.press(page, "Create my account")
    w.is_at(page, "Find your record")
    w.sees(page, "we cleared what you typed to keep it safe")
    assert accounts() == 0


def test_the_other_language_is_one_press_away(phone_page: Page):
    page = phone_page
    page.goto("/register/search")
    w.press(page, "Español")
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.url.endswith("/register/search")
    w.press(page, "English")
    w.is_at(page, "Find your record")


def test_a_page_on_paper_shows_what_was_said_and_no_buttons(browser_page: Page):
    page = browser_page
    w.registers_as_new(page, MARIA)
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text("***-**-4321")).to_be_visible()
    assert [button for button in page.locator("button").all() if button.is_visible()] == []
