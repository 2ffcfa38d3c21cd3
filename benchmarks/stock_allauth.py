"""The other peer: django-allauth's sign-up as its quickstart has it, on Django's own defaults; peer_servers.py serves it.

Ours are only the hash, the landing page, and what a load needs: no limit of sign-ups from one address, and mails into files.
"""

from benchmarks.bare_form import HASHES_AT_ONCE, WELCOME, WSGI

SETTINGS = """
import os
from pathlib import Path
import dj_database_url

SECRET_KEY = "of-the-stock-form-" + "0123456789" * 5
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "stock"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"])}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Stock, all but a few of sixteen at once are told that the database is locked.
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
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
STATIC_URL = "/static/"
LOGIN_REDIRECT_URL = "/welcome"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = Path(__file__).parent / "mail"
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_RATE_LIMITS = False
"""
PROJECT = """
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path


@login_required
def welcome(request):
    return render(request, "welcome.html")


urlpatterns = [
    path("", lambda request: HttpResponse("It works.")),
    path("accounts/", include("allauth.urls")),
    path("welcome", welcome),
]
"""
FILES = {
    "peer_settings.py": SETTINGS.replace("{HASHES_AT_ONCE}", HASHES_AT_ONCE),
    "stock.py": PROJECT,
    "peer_wsgi.py": WSGI,
    # allauth's own frame, as its pages have it.
    "templates/welcome.html": WELCOME.replace("frame.html", "allauth/layouts/base.html").replace(
        "block main", "block content"
    ),
}
