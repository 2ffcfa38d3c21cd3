"""What was typed into a form when its session was over: kept in the sealed session until the same person is back."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from kecs.accounts.factors.gate import MOST_KEPT, NEVER_KEPT
from kecs.audit.clock import portal_clock

SESSION_KEY = "typed_before_time_out"
KEPT_FOR = 30 * 60  # seconds


def kept_fields(request: HttpRequest) -> dict[str, str]:
    """The fields of the form that hold no secret, or nothing where that is too much."""
    fields = {
        name: value
        for name, value in request.POST.items()
        if isinstance(value, str) and not is_secret(name) and name != "csrfmiddlewaretoken"
    }
    return fields if sum(len(value) for value in fields.values()) <= MOST_KEPT else {}


def is_secret(name: str) -> bool:
    """Whether a field of this name is never kept."""
    return any(word in name.lower() for word in NEVER_KEPT)


def page_to_go_back_to(request: HttpRequest) -> str:
    """Where signing in leads: this page, or nowhere in particular where it has nothing to show."""
    try:
        view = resolve(request.path).func
    except Resolver404:
        return ""
    shows = hasattr(getattr(view, "view_class", None), "get")
    return request.get_full_path() if shows else ""


def keep(request: HttpRequest, *, account: str, fields: dict[str, str]) -> None:
    """Into the session of nobody that begins now."""
    request.session[SESSION_KEY] = {
        "account": account,
        "path": request.path,
        "fields": fields,
        "at": portal_clock().timestamp(),
    }


def take(request: HttpRequest) -> dict[str, str]:
    """What was typed on this page by this person, once; nothing for anybody else, or after half an hour."""
    kept: dict[str, Any] | None = request.session.get(SESSION_KEY)
    if not kept or not request.user.is_authenticated:
        return {}
    mine = kept["account"] == str(request.user.pk)
    if not mine or portal_clock().timestamp() - kept["at"] > KEPT_FOR:
        del request.session[SESSION_KEY]
        return {}
    if request.path != kept["path"] or request.method != "GET":
        return {}
    del request.session[SESSION_KEY]
    return dict(kept["fields"])


def put_back(form: forms.BaseForm, fields: dict[str, str]) -> bool:
    """Into a form that was not sent yet; whether it took any."""
    if form.is_bound:
        return False
    taken = {name: value for name, value in fields.items() if name in form.fields and not is_secret(name)}
    form.initial.update(taken)
    return bool(taken)
