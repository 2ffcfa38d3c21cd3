"""The other peer: django-allauth's sign-up as its quickstart has it, on Django's own defaults but for SQLite's journal; peer_servers.py serves it.

Ours are only the hash, the landing page, and what a load needs: no limit of sign-ups from one address, and mails into files.
"""

from benchmarks.bare_form import WELCOME

SETTINGS = """
from pathlib import Path
from of_all_peers import *

INSTALLED_APPS += ["django.contrib.staticfiles", "allauth", "allauth.account"]
MIDDLEWARE += ["allauth.account.middleware.AccountMiddleware"]
ROOT_URLCONF = "stock"
TEMPLATES = [template_engine(Path(__file__).parent / "templates") | {"APP_DIRS": True}]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
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
    "peer_settings.py": SETTINGS,
    "stock.py": PROJECT,
    # allauth's own frame, as its pages have it.
    "templates/welcome.html": WELCOME.replace("frame.html", "allauth/layouts/base.html").replace(
        "block main", "block content"
    ),
}
