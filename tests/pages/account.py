"""Scenes of My account: addresses, devices, password, second steps, the ways back, corrections."""

import re
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from kecs.accounts.models import ConfirmedSince, User
from kecs.accounts.recovery.actions import agree_to_recovery, approve_recovery
from kecs.accounts.recovery.queries import open_recoveries
from tests.factories import factors as f
from tests.factories.claims import ON_FILE, confirm_address, newest
from tests.factories.documents import jpeg
from tests.factories.people import MARIA, PASSWORD, on_file
from tests.factories.visits import claim, register_new
from tests.pages.front_door import LOST
from tests.pages.visit import Visit, scene

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def link_of(kind: str, beginning: str) -> str:
    """The path of the link in the newest mail of this kind."""
    text = newest(kind)
    return text[text.index(beginning) :].split()[0]


def maria(visit: Visit) -> User:
    """Her account; she is signed in."""
    register_new(visit.client, MARIA)
    account = User.objects.get()
    confirmed(account, MARIA.email)
    return account


def confirmed(account: User, email: str) -> int:
    """An address that the account confirmed forty days ago."""
    row, _new = EmailAddress.objects.update_or_create(user=account, email=email, defaults={"verified": True})
    since = timezone.now() - timedelta(days=40)
    ConfirmedSince.objects.update_or_create(account=account, email=email, defaults={"since": since})
    return int(row.pk)


@scene
def my_account(visit: Visit) -> None:
    owner = maria(visit)
    client = visit.client
    visit.show("first", client.get("/account"))
    visit.show("first", client.get("/account/activity"))
    visit.show("first", client.get("/account/password"))
    wrong = {"password1": "maria1985", "password2": "maria1986"}
    visit.show("errors", client.post("/account/password", wrong))
    visit.show("password suggested", client.post("/account/password", {"suggest": "1"}))
    good = {"password1": "Quiet-Maple9 river", "password2": "Quiet-Maple9 river"}
    visit.show("password changed", client.post("/account/password", good, follow=True))
    visit.show("first", client.get("/account/devices"))
    other = visit.browser()
    other.post("/", {"login": owner.username, "password": good["password1"]}, headers={"user-agent": FIREFOX})
    visit.show("two devices", client.get("/account/devices"))
    visit.show("others ended", client.post("/account/devices/others/end", follow=True))
    f.grows_stale(client)
    visit.show("asks for the password", client.get("/account/password", follow=True))
    visit.show("wrong password", client.post("/account/again?next=/account/password", {"password": "x"}))


@scene
def several_addresses(visit: Visit) -> None:
    owner = maria(visit)
    client = visit.client
    second = confirmed(owner, "maria.two@example.org")
    visit.show("two", client.get("/account/emails"))
    visit.show("first", client.get("/account/emails/add"))
    visit.show("empty", client.post("/account/emails/add", {"email": ""}))
    visit.show("added", client.post("/account/emails/add", {"email": "maria.three@example.org"}, follow=True))
    client.get(link_of("accounts.confirm_added_email", "/confirm-email/"))
    client.post("/confirm-email")
    visit.show("another first", client.post(f"/account/emails/{second}/primary", follow=True))
    first = EmailAddress.objects.get(email=MARIA.email).pk
    visit.show("removed", client.post(f"/account/emails/{first}/remove", follow=True))
    stranger = visit.browser()
    visit.show("no link", stranger.get("/email-was-not-me"))
    stranger.get(link_of("accounts.address_changed", "/email-was-not-me/"))
    visit.show("the button", stranger.get("/email-was-not-me"))
    visit.show("undone", stranger.post("/email-was-not-me", {"not_me": "on"}))


@scene
def a_second_step(visit: Visit) -> None:
    owner = maria(visit)
    client = visit.client
    visit.show("none", client.get("/account/second-step"))
    page = visit.show("first", client.get("/account/second-step/app"))
    visit.show("wrong code", client.post("/account/second-step/app", {"code": "000000"}))
    [secret] = re.findall(r'<strong class="kecs-whole">([A-Z2-7 ]+)</strong>', page.content.decode())
    code = f.code(secret.replace(" ", ""))
    visit.show("recovery codes", client.post("/account/second-step/app", {"code": code}, follow=True))
    visit.show("kept", client.post("/account/second-step/codes", {"kept": "1"}, follow=True))
    visit.show("with an app", client.get("/account/second-step"))
    visit.show("asked", client.get("/account/second-step/app/remove"))
    visit.show("none", client.get("/account/passkeys"))
    visit.show("first", client.get("/account/passkeys/add"))
    visit.show("no script", client.post("/account/passkeys/add", {"name": ""}))
    passkey = Authenticator.objects.create(
        user=owner, type=Authenticator.Type.WEBAUTHN, data={"name": "iPhone 9", "credential": {}}
    )
    visit.show("one", client.get("/account/passkeys"))
    visit.show("first", client.get(f"/account/passkeys/{passkey.pk}"))
    visit.show("empty", client.post(f"/account/passkeys/{passkey.pk}", {"name": ""}))
    visit.show("asked", client.get(f"/account/passkeys/{passkey.pk}/remove"))
    visit.show("removed", client.post(f"/account/passkeys/{passkey.pk}/remove", follow=True))
    f.grows_stale(client)
    visit.show("asks for a code", client.get("/account/second-step/app/remove", follow=True))
    other = visit.browser()
    visit.show("asks for a code", f.types_password(other))
    visit.show("empty", f.types_code(other, ""))
    visit.show("wrong code", f.types_code(other, "000000"))
    visit.show(
        "passkey of nobody", visit.browser().post("/sign-in/passkey", {"credential": "{}"}, follow=True)
    )


@scene
def a_new_device(visit: Visit) -> None:
    owner = maria(visit)
    other = visit.browser()
    other.post("/", {"login": owner.username, "password": PASSWORD}, headers={"user-agent": FIREFOX})
    stranger = visit.browser()
    visit.show("no link", stranger.get("/new-device/not-me"))
    stranger.get(link_of("accounts.new_device", "/new-device/not-me/"))
    visit.show("the button", stranger.get("/new-device/not-me"))
    visit.show("done", stranger.post("/new-device/not-me", {"not_me": "on"}))


@scene
def stopping_a_recovery(visit: Visit) -> None:
    maria(visit)
    visit.browser().post("/recover", LOST)
    lost = visit.browser()
    lost.get(link_of("accounts.recovery_confirm", "/recover/confirm/"))
    lost.post("/recover/confirm")
    [asked] = open_recoveries()
    agree_to_recovery(recovery_id=asked.id, by="account:first")
    approve_recovery(recovery_id=asked.id, also_tell=[ON_FILE], by="account:staff")
    owner = visit.browser()
    visit.show("the button", owner.get(link_of("accounts.recovery_approved", "/recover/stop/"), follow=True))
    visit.show("stopped", owner.post("/recover/stop"))


@scene
def asking_for_a_correction(visit: Visit) -> None:
    on_file(MARIA, contact_email=ON_FILE)
    client = visit.client
    claim(client, MARIA)
    visit.show("first", client.get("/corrections"))
    visit.show("empty", client.post("/corrections", {}))
    wrong = {"last_surname": "St0ne", "ssn": "000-12-3456", "why": "marriage"}
    visit.show(
        "errors",
        client.post("/corrections", {**wrong, "documents": [SimpleUploadedFile("foto.gif", b"GIF89a")]}),
    )
    visit.show("none asked", client.get("/corrections/state", follow=True))
    papers = [SimpleUploadedFile("acta.jpg", jpeg())]
    asked = {"last_surname": "Stone", "why": "marriage", "documents": papers}
    visit.show("asked", client.post("/corrections", asked, follow=True))
    visit.show("correction asked for", client.get("/home"))
    stranger = visit.browser()
    visit.show("no link", stranger.get("/corrections/not-me"))
    stranger.get(link_of("corrections.asked", "/corrections/not-me/"))
    visit.show("the button", stranger.get("/corrections/not-me"))
    visit.show("stopped", stranger.post("/corrections/not-me", {"not_me": "on"}))
    visit.show("stopped by an owner", client.get("/corrections/state", follow=True))


@scene
def taking_a_correction_back(visit: Visit) -> None:
    register_new(visit.client, MARIA)
    confirm_address(visit.client, MARIA.email)
    papers = [SimpleUploadedFile("acta.jpg", jpeg())]
    asked = {"last_surname": "Stone", "why": "marriage", "documents": papers}
    visit.client.post("/corrections", asked)
    visit.show("taken back", visit.client.post("/corrections/withdraw", follow=True))
