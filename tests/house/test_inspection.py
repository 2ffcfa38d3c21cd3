"""The client that looks at pages can see each fault that it looks for."""

import pytest
from django.http import HttpResponse

from tests.inspection import faults_of

GOOD = """<!doctype html><html lang="en"><head><title>Search - KECS</title>
<link rel="stylesheet" href="/static/a.css"><script src="/static/a.js" defer></script></head>
<body><main id="main"><h1>Search</h1><form method="post">
<input type="hidden" name="csrf"><label for="a">A</label><input id="a" aria-describedby="hint"><p id="hint">B</p>
<label>C <select name="c"></select></label><textarea aria-label="D"></textarea><button>Search</button>
</form><svg><title>Logo</title></svg></main></body></html>"""


def answer(source: str, **headers: str) -> HttpResponse:
    response = HttpResponse(source)
    response["Content-Security-Policy"] = "default-src 'none'; script-src 'self'"
    response["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def test_a_good_page_has_no_fault():
    assert faults_of(answer(GOOD)) == []


def test_an_error_page_may_start_its_title_with_error():
    assert faults_of(answer(GOOD.replace("<title>Search", "<title>Error: mend two answers"))) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (' lang="en"', "", "no lang"),
        ("<h1>Search</h1>", "", "one <h1>"),
        ("<h1>Search</h1>", "<h1>Search</h1><h1>Search</h1>", "one <h1>"),
        ("<h1>Search</h1>", "<h1><span> </span></h1>", "one <h1>"),
        ("<title>Search - KECS</title>", "<title></title>", "title is empty"),
        ("<title>Search - KECS</title>", "<title>KECS</title>", "neither holds the heading"),
        ("<main id=", "<div id=", "one <main>"),
        ('id="hint"', 'id="a"', "is there 2 times"),
        ('id="hint"', "", "leads to no element"),
        ('<label for="a">A</label>', "", "has no label"),
        ('<label>C <select name="c"></select></label>', "<select name='c'></select>", "has no label"),
        ('aria-label="D"', "", "has no label"),
        ('<form method="post">', '<form method="post" action="">', "empty action"),
        ('<form method="post">', '<form method="post" action="https://example.org/">', "another site"),
        ("<h1>", '<h1 style="color: red">', "Inline"),
        ("<h1>", '<h1 onclick="go()">', "Inline"),
        ("<h1>", "<style>p {}</style><h1>", "Inline"),
        ("<h1>", "<script>go()</script><h1>", "Inline"),
        ("<h1>", '<a href="javascript:go()">x</a><h1>', "Inline"),
        ("<h1>", '<img src="/static/a.png"><h1>', "without alt"),
    ],
)
def test_each_fault_is_seen(old, new, fault):
    assert old in GOOD
    found = faults_of(answer(GOOD.replace(old, new)))
    assert any(fault in line for line in found), found


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Content_Security_Policy", ""),
        ("Content_Security_Policy", "default-src 'none'; script-src 'unsafe-inline'"),
        ("Cache_Control", "max-age=60"),
    ],
)
def test_headers_are_looked_at(header, value):
    assert len(faults_of(answer(GOOD, **{header: value}))) == 1


def test_what_is_not_a_page_is_left_alone():
    assert faults_of(HttpResponse("{}", content_type="application/json")) == []
    assert faults_of(HttpResponse(status=302, headers={"Location": "/"})) == []


def test_a_fault_is_seen_whatever_the_token_is_and_whatever_was_seen_before():
    token = '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    with_token = GOOD.replace('<input type="hidden" name="csrf">', token)
    for one in ("a1", "b2"):
        assert faults_of(answer(with_token.format(one))) == []
        [fault] = faults_of(answer(with_token.format(f'{one}" onclick="go()')))
        assert "Inline" in fault
