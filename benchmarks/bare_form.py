"""The peer: the least that Django asks for a sign-up form, tuned as ours is; peer_servers.py serves it, and writes `of_all_peers`."""

SETTINGS = """
from pathlib import Path
from of_all_peers import *

ROOT_URLCONF = "bare"
TEMPLATES = [template_engine(Path(__file__).parent / "templates")]
DATABASES["default"]["CONN_MAX_AGE"] = 600
"""
PROJECT = """
from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from django.shortcuts import redirect, render
from django.urls import path


class SignUpForm(UserCreationForm):
    email = forms.EmailField()

    class Meta:
        model = User
        fields = ["username", "email"]


def sign_up(request):
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save())
        return redirect("/welcome")
    return render(request, "form.html", {"form": form})


@login_required
def welcome(request):
    return render(request, "welcome.html")


urlpatterns = [path("", sign_up), path("sign-up", sign_up), path("welcome", welcome)]
"""
# Django looks a new username up without regard to case, and without these reads the whole table for it.
INDEXES = """
import django

django.setup()
from django.db import connection

ON_USERNAMES = {
    "postgresql": "CREATE INDEX usernames_upper ON auth_user (UPPER(username::text))",
    "sqlite": "CREATE INDEX usernames_nocase ON auth_user (username COLLATE NOCASE)",
}
with connection.cursor() as cursor:
    cursor.execute(ON_USERNAMES[connection.vendor])
"""
FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title></head>
<body>{% for message in messages %}<p>{{ message }}</p>{% endfor %}{% block main %}{% endblock %}</body></html>
"""
FORM = """{% extends "frame.html" %}{% block title %}Sign up{% endblock %}
{% block main %}<h1>Sign up</h1><form method="post">{% csrf_token %}{{ form.as_p }}<button>Sign up</button></form>{% endblock %}
"""
WELCOME = """{% extends "frame.html" %}{% block title %}Welcome{% endblock %}
{% block main %}<h1>Welcome, {{ user.username }}</h1>{% endblock %}
"""
FILES = {
    "peer_settings.py": SETTINGS,
    "bare.py": PROJECT,
    "after_migrate.py": INDEXES,
    "templates/frame.html": FRAME,
    "templates/form.html": FORM,
    "templates/welcome.html": WELCOME,
}
