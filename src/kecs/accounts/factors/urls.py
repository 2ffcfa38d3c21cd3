"""Paths of My account and of the steps beyond the password; the accounts room takes them into its own."""

from django.urls import path

from kecs.accounts.factors import second_step, views

urlpatterns = [
    path("account", views.AccountView.as_view(), name="account"),
    path("account/activity", views.ActivityView.as_view(), name="activity"),
    path("account/again", second_step.ConfirmAgainView.as_view(), name="confirm_again"),
    path("account/password", views.ChangePasswordView.as_view(), name="change_password"),
    path("account/second-step", views.SecondStepsView.as_view(), name="second_step"),
    path("account/second-step/app", views.AddAuthenticatorView.as_view(), name="add_authenticator"),
    path(
        "account/second-step/app/remove", views.RemoveAuthenticatorView.as_view(), name="remove_authenticator"
    ),
    path("account/second-step/codes", views.NewRecoveryCodesView.as_view(), name="new_recovery_codes"),
    path("account/second-step/codes/file", views.RecoveryCodesFileView.as_view(), name="recovery_codes_file"),
    path("account/passkeys", views.PasskeysView.as_view(), name="passkeys"),
    path("account/passkeys/add", views.AddPasskeyView.as_view(), name="add_passkey"),
    path("account/passkeys/<int:passkey_id>", views.RenamePasskeyView.as_view(), name="rename_passkey"),
    path(
        "account/passkeys/<int:passkey_id>/remove", views.RemovePasskeyView.as_view(), name="remove_passkey"
    ),
    path("sign-in/passkey", second_step.PasskeySignInView.as_view(), name="passkey_sign_in"),
    path("sign-in/passkey/options", second_step.PasskeyOptionsView.as_view(), name="passkey_options"),
]

library_urlpatterns = [
    path("sign-in/second-step", second_step.SecondStepView.as_view(), name="mfa_authenticate"),
]
