"""The peer: the least that Django asks for a sign-up form, tuned as ours is; written to a folder when it is measured."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.servers import Database, Server, clean_environment, folder_of_its_own

SETTINGS = """
import os
from pathlib import Path
import dj_database_url

SECRET_KEY = "of-the-bare-form-" + "0123456789" * 5
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "bare"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=600)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = [os.environ["BARE_HASHER"]]
# Our hasher asks for these: one hash at once in each process, as ours, and everybody waits.
KECS_HASHES_AT_ONCE = 1
KECS_HASHES_WAITING = 1000
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
USE_TZ = True
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
WSGI = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bare_settings")
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
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
    "bare_settings.py": SETTINGS,
    "bare.py": PROJECT,
    "bare_wsgi.py": WSGI,
    "templates/frame.html": FRAME,
    "templates/form.html": FORM,
    "templates/welcome.html": WELCOME,
}
HASHERS = {
    "full": "kecs.accounts.hashers.Argon2PasswordHasher",
    "rest": "kecs.accounts.hashers.CheapArgon2PasswordHasher",
}


@contextmanager
def bare_form(database: Database, *, costs: tuple[str, ...]) -> Iterator[dict[str, Server]]:
    """A server for each cost of a password hash."""
    with folder_of_its_own() as folder, ExitStack() as stack:
        for name, text in FILES.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text.lstrip(), encoding="utf-8")
        environment = clean_environment() | {
            "DATABASE_URL": database.new(folder, tables=False),
            "DJANGO_SETTINGS_MODULE": "bare_settings",
            "PYTHONPATH": str(folder),
            "BARE_HASHER": HASHERS["full"],
        }
        migrate(folder, environment)
        yield {
            cost: stack.enter_context(
                Server(
                    folder=folder,
                    environment=environment | {"BARE_HASHER": HASHERS[cost]},
                    application="bare_wsgi:application",
                )
            )
            for cost in costs
        }


def migrate(folder: Path, environment: dict[str, str]) -> None:
    """Make its tables."""
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0"],
        env=environment,
        cwd=folder,
        check=True,
    )
