"""The peer: the least that Django asks for a sign-up form, tuned as ours is; peer_servers.py serves it."""

# Of every peer's settings.
HASHES_AT_ONCE = """PASSWORD_HASHERS = [os.environ["PEER_HASHER"]]
# Our hasher asks for these: one hash at once in each process, as ours, and everybody waits.
KECS_HASHES_AT_ONCE = 1
KECS_HASHES_WAITING = 1000
"""
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
{HASHES_AT_ONCE}
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
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peer_settings")
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
    "peer_settings.py": SETTINGS.replace("{HASHES_AT_ONCE}", HASHES_AT_ONCE),
    "bare.py": PROJECT,
    "peer_wsgi.py": WSGI,
    "templates/frame.html": FRAME,
    "templates/form.html": FORM,
    "templates/welcome.html": WELCOME,
}
