"""The accounts room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "kecs.accounts"
    label = "accounts"
