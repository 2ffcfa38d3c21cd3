"""The accounts room."""

from django.apps import AppConfig

from kecs.mail.writers import register_writer


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "kecs.accounts"
    label = "accounts"

    def ready(self) -> None:
        """The mail worker asks this room for the mails that it owns."""
        # First: as it loads, it asks for our own ResetLinks by their name, which are made of a class of its.
        import allauth.account.forms  # noqa: F401, PLC0415 - models are loaded by now

        from kecs.accounts.mails import actions  # noqa: PLC0415 - models are loaded by now, and not before

        register_writer(kind="accounts.confirm_email", writer=actions.write_confirmation)
        register_writer(kind="accounts.forgot_password", writer=actions.write_password_reset)
        register_writer(kind="accounts.forgot_username", writer=actions.write_usernames)
