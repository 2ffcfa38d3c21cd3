"""Requests that no browser sends: junk in bodies, headers, cookies, methods and addresses ends in a plain answer."""

import re

import pytest
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kecs.accounts.models import User
from kecs.config.wsgi import readable
from tests.factories.people import MARIA
from tests.factories.visits import create_new, register_new, search
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

EXAMPLES = hypothesis_settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
# Of rows that are nobody's.
NUMBER, ID = "1", "00000000-0000-0000-0000-000000000000"
WORDS = {"token": "a-made-up-token", "uidb36": "0", "key": "set-password", "repair": "unlock"}


def addresses(resolver=None, before="/"):
    """Every address of the portal, with something in each of its parts."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route)
        elif isinstance(entry, URLPattern):
            for name, word in WORDS.items():
                route = route.replace(f"<str:{name}>", word)
            route = re.sub(r"<int:\w+>", NUMBER, route)
            yield re.sub(r"<uuid:\w+>", ID, route)


ADDRESSES = sorted(set(addresses()))
# What staff work with has one door, which turns everybody else away before it reads anything.
OUTSIDE = [address for address in ADDRESSES if not address.startswith("/desk/")]
FRONT_DOOR = [address for address in ADDRESSES if address.startswith("/register") or address == "/"]
METHODS = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "get",
    "X",
]


# Shut, by whatever method, to an account that has not proved whose record it is.
NEEDS_PROOF = {"/record"}


def is_hidden(address: str) -> bool:
    """Not there, for whoever has no row of this number, does not work at the agency, or is not its monitor."""
    return address.startswith(("/desk", "/metrics")) or bool({NUMBER, ID} & set(address.split("/")))


def test_all_addresses_are_known_to_these_tests():
    assert len(ADDRESSES) >= 24
    assert not [address for address in ADDRESSES if "<" in address]


@pytest.mark.any_database(
    "test_attack_headers asks for every address on both; the other methods are refused before anything is looked up"
)
@pytest.mark.parametrize(
    "who", ["nobody", "who has searched", "who is about to register", "who is signed in"]
)
@pytest.mark.parametrize("method", METHODS)
def test_no_method_on_any_address_breaks_anything(client, method, who):
    match who:
        case "who has searched":
            search(client, MARIA)
        case "who is about to register":
            create_new(client, MARIA)
        case "who is signed in":
            register_new(client, MARIA)
    cookies = client.cookies.copy()
    for address in FRONT_DOOR if "regist" in who or "searched" in who else ADDRESSES:
        if who == "who is signed in" and address == "/sign-out" and method == "POST":
            continue
        client.cookies = cookies.copy()
        answer = client.generic(method, address, b"a=1", "application/x-www-form-urlencoded")
        assert answer.status_code in {200, 302, 400, 403, 404, 405, 429}, f"{method} {address}"
        if method not in {"GET", "HEAD", "POST", "OPTIONS"} and not address.startswith(
            ("/robot", "/healthz")
        ):
            shut = {403} if address in NEEDS_PROOF and who == "who is signed in" else set()
            shut |= {404} if is_hidden(address) else set()
            assert answer.status_code in {302, 405, 200, 429} | shut, f"{method} {address}"


def test_what_csrf_would_refuse_is_refused_with_a_page():
    browser = InspectingClient(enforce_csrf_checks=True)
    for address in ADDRESSES:
        for method in ("POST", "PUT", "DELETE"):
            answer = browser.generic(method, address, b"", "application/x-www-form-urlencoded")
            shut = {404} if is_hidden(address) else set()
            assert answer.status_code in {403, 405, 302} | shut, f"{method} {address}"


BODIES = {
    "json": (b'{"first_name": ["a", {"b": 1}], "last_surname": null}', "application/json"),
    "json array": (b"[" * 10_000, "application/json"),
    "multipart without boundary": (b"x", "multipart/form-data"),
    "multipart with a bad boundary": (b"x", "multipart/form-data; boundary=\xff\xfe"),
    "multipart cut short": (
        b'--b\r\nContent-Disposition: form-data; name="first_name"\r\n\r\nMar',
        "multipart/form-data; boundary=b",
    ),
    "multipart in base64": (
        b'--b\r\nContent-Disposition: form-data; name="first_name"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    "a file": (
        b'--b\r\nContent-Disposition: form-data; name="first_name"; filename="../../x"\r\n\r\nMaria\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    "utf-16": ("first_name=Maria".encode("utf-16"), "application/x-www-form-urlencoded; charset=utf-16"),
    "bytes that are no text": (
        b"first_name=%ff%fe%80&last_surname=%ed%a0%80",
        "application/x-www-form-urlencoded",
    ),
    "raw bytes": (bytes(range(256)), "application/x-www-form-urlencoded"),
    "nul": (
        b"first_name=%00&last_surname=\x00&username=%00&email=%00&login=a%00b&password=%00",
        "application/x-www-form-urlencoded",
    ),
    "no type": (b"first_name=Maria", ""),
    "xml": (
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        "text/xml",
    ),
    "many fields": (
        b"&".join(b"f%d=1" % number for number in range(2_000)),
        "application/x-www-form-urlencoded",
    ),
    "too long": (b"first_name=" + b"a" * 70_000, "application/x-www-form-urlencoded"),
    "long": (b"first_name=" + b"a" * 60_000, "application/x-www-form-urlencoded"),
    "one field twice": (b"first_name=Ann&first_name=Eve", "application/x-www-form-urlencoded"),
    "a login twice": (b"login=ann&login=eve", "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize("body", BODIES)
def test_no_body_breaks_a_form(client, body):
    register_new(InspectingClient(), MARIA)
    before = User.objects.count()
    content, content_type = BODIES[body]
    for address in OUTSIDE:
        for query in ("", "?a=%ff&next=%00"):
            answer = client.generic("POST", address + query, content, content_type)
            assert answer.status_code in {200, 302, 400, 403, 404, 405}, f"{address} {answer.status_code}"
    assert User.objects.count() == before


@pytest.mark.any_database("refused before the first middleware")
@pytest.mark.parametrize(
    "parameter",
    [
        "charset=hex",
        "charset=rot13",
        "charset=idna",
        "charset=undefined",
        "charset=utf-7",
        "charset=bz2",
        "charset=unicode_escape",
        "charset=nosuch",
        "charset=",
        "charset*=nosuch''x",
        "charset*0*=hex''he;charset*1=x",
    ],
)
@pytest.mark.parametrize(
    "kind", ["text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
def test_no_charset_breaks_a_request(kind, parameter):
    """Such a request would fail in front of all that turns failures into pages."""
    from kecs.config.wsgi import application

    started = []
    body = b'--b\r\nContent-Disposition: form-data; name="first_name"\r\n\r\nMaria\r\n--b--\r\n'
    environ = RequestFactory().generic("POST", "/register/search?a=%ff", body, "text/plain").environ
    environ |= {"CONTENT_TYPE": f"{kind}; {parameter}", "SERVER_NAME": "127.0.0.1"}
    list(application(environ, lambda status, headers, *more: started.append(status)))
    assert started == ["403 Forbidden"]


def test_the_charset_of_our_own_pages_is_read():
    assert (
        readable("multipart/form-data; boundary=b; charset=UTF-8")
        == "multipart/form-data; boundary=b; charset=UTF-8"
    )
    assert readable("application/x-www-form-urlencoded") == "application/x-www-form-urlencoded"


def test_a_body_past_the_limit_is_refused_before_it_is_read(client, settings):
    """A multipart body may carry files, which the framework would write to a disk without asking for their size."""
    part = (
        b'--b\r\nContent-Disposition: form-data; name="x"; filename="x"\r\n\r\n'
        + b"a" * 100_000
        + b"\r\n--b--\r\n"
    )
    assert (
        client.generic("POST", "/register/search", part, "multipart/form-data; boundary=b").status_code == 400
    )
    read = []

    class Stream:
        def read(self, *size):
            read.append(size)
            return b""

        readline = read

    answer = client.request(
        REQUEST_METHOD="POST",
        PATH_INFO="/register/search",
        CONTENT_TYPE="multipart/form-data; boundary=b",
        CONTENT_LENGTH="999999999",
        **{"wsgi.input": Stream()},
    )
    assert (answer.status_code, read) == (400, [])


HEADERS = {
    "host": [
        "evil.example.net",
        "127.0.0.1:99999",
        "[::1",
        "a" * 300,
        "127.0.0.1:80@evil.example.net",
        "\x00",
        "127.0.0.1:8000\r\nX: y",
    ],
    "x-forwarded-host": ["evil.example.net"],
    "x-forwarded-for": ["1.1.1.1", "\x00", ",,,", "a" * 10_000, "::ffff:1.2.3.4%eth0", "1.1.1.1, 2.2.2.2"],
    "accept-language": [
        "es",
        "xx-" + "a" * 5_000,
        "*;q=\x00",
        "en;q=1e309",
        ",;=,;=" * 500,
        "\xff\xfe",
        "zh-Hant-TW-x-a",
    ],
    "referer": ["http://evil.example.net/", "\x00", "https://[", "a" * 10_000],
    "origin": ["null", "http://evil.example.net", "https://["],
    "content-length": ["-1", "abc", "1e9", "\x00", "9" * 100],
    "if-modified-since": ["\x00", "Thu, 99 Foo 9999 99:99:99 GMT"],
    "if-none-match": ["*", '"' * 1_000],
    "range": ["bytes=0-0,0-0,0-0", "bytes=" + "0-," * 1_000],
    "x-http-method-override": ["DELETE"],
    "x-requested-with": ["XMLHttpRequest"],
    "accept": ["application/json", "\x00", "*/*;q=" + "9" * 500],
    "cookie": [
        "session",
        "=;=;=",
        'session="\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000"',
        "session=" + "a" * 4_000,
        "session=../../../../etc/passwd",
        'csrf="\\000"; language="\\000"; messages="\\377"',
        "language=../../etc; csrf=" + "x" * 64,
        "language=" + "en-" * 300,
        "sess\xffion=\xfe\xff",
        'session="' + "\\377" * 32 + '"',
        "session=" + "\ud800".encode("utf-8", "surrogatepass").decode("latin-1") * 10,
        "; ".join(f"c{number}=1" for number in range(2_000)),
    ],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in HEADERS.items() for value in values]
)
def test_no_header_breaks_a_page(name, value):
    for address in ("/", "/register/search", "/home", "/robot/challenge", "/no-such-page"):
        for method in ("GET", "POST"):
            browser = InspectingClient()
            answer = browser.generic(method, address, headers={name: value}, SERVER_NAME="127.0.0.1")
            assert answer.status_code in {200, 302, 400, 403, 404, 405}, f"{method} {address}"


@EXAMPLES
@given(
    cookie=st.text(st.characters(max_codepoint=255), max_size=60),
    name=st.sampled_from(["session", "csrf", "language", "messages"]),
)
def test_no_cookie_breaks_a_page(cookie, name):
    quoted = "".join(f"\\{ord(letter):03o}" for letter in cookie)
    for value in (cookie, f'"{quoted}"'):
        answer = InspectingClient().get("/register/search", headers={"cookie": f"{name}={value}"})
        assert answer.status_code in {200, 400}


@EXAMPLES
@given(
    body=st.binary(max_size=2_000),
    address=st.sampled_from(ADDRESSES),
    kind=st.sampled_from(
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/json"]
    ),
)
def test_no_bytes_break_a_form(body, address, kind):
    answer = InspectingClient().generic("POST", address, body, kind)
    assert answer.status_code in {200, 302, 400, 403, 404, 405}


@EXAMPLES
@given(tail=st.text(max_size=80))
def test_no_address_breaks_anything(tail):
    from urllib.parse import quote

    for before in (
        "/",
        "/confirm-email/",
        "/not-me/",
        "/forgot-password/",
        "/forgot-password/0/",
        "/language/",
        "/register/",
    ):
        path = before + quote(tail, errors="surrogatepass")
        answer = InspectingClient().get(path)
        assert answer.status_code in {200, 302, 400, 403, 404, 405}, path


@pytest.mark.parametrize(
    "next_address",
    [
        "//evil.example.net",
        "https://evil.example.net/",
        "/\\evil.example.net",
        "javascript:alert(1)",
        "\x00/home",
        "/home\r\nX-Y: z",
        "///evil.example.net",
        "http:///evil.example.net",
        "\t//evil.example.net",
    ],
)
def test_nobody_is_led_to_another_site(client, next_address):
    register_new(InspectingClient(), MARIA)
    from urllib.parse import quote

    from tests.factories.people import PASSWORD

    asked = quote(next_address)
    assert client.get(f"/?next={asked}").status_code == (400 if "\0" in next_address else 200)
    answers = [
        client.post("/language/setlang/", {"language": "es", "next": next_address}),
        client.post(
            f"/language/setlang/?next={asked}",
            {"language": "en"},
            headers={"referer": "https://evil.example.net/"},
        ),
        client.post(
            f"/?next={asked}", {"login": "maria.fuentes", "password": PASSWORD, "next": next_address}
        ),
    ]
    for answer in answers:
        assert answer.status_code in {200, 302, 400}
        if answer.status_code == 302:
            to = answer.headers["Location"]
            assert to.startswith("/"), to
            assert not to.startswith(("//", "/\\")), to
            assert "evil" not in to or to.startswith("/?next="), to


@pytest.mark.parametrize(
    "language", ["es", "en", "xx", "", "../../etc", "\x00", "a" * 5_000, "zh-hant", "es\r\nSet-Cookie: a=b"]
)
def test_no_language_breaks_the_next_page(client, language):
    assert client.post("/language/setlang/", {"language": language, "next": "/"}).status_code in {
        200,
        302,
        400,
    }
    assert client.get("/").status_code == 200
    assert (
        client.get(
            "/", headers={"accept-language": language.replace("\x00", "").replace("\r\n", "")}
        ).status_code
        == 200
    )


@pytest.mark.parametrize("address", ["/?next=%00", "/desk?kind=a%00b", "/register/search?x=1&y=%00"])
def test_a_nul_in_an_address_reaches_no_database(client, address):
    """Found by Wapiti at the desk: a filter with one was an answer of 500 on PostgreSQL."""
    assert client.get(address).status_code == 400
