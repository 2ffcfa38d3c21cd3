"""Paths of the accounts room. The names that begin with account_ or mfa_ are those django-allauth looks up,
set_language the one Django documents."""

from django.urls import path

from kecs.accounts import views
from kecs.accounts.book import urls as book
from kecs.accounts.factors import urls as factors
from kecs.accounts.known_devices.views import DisownLinkView, DisownView
from kecs.accounts.open_sessions import urls as open_sessions
from kecs.accounts.recovery import urls as recovery

app_name = "accounts"
urlpatterns = [
    path("forgot-username", views.ForgotUsernameView.as_view(), name="forgot_username"),
    path("forgot-username/sent", views.ForgotUsernameSentView.as_view(), name="forgot_username_sent"),
    path("suggest-password", views.SuggestPasswordView.as_view(), name="suggest_password"),
    path("confirm-email", views.ConfirmEmailView.as_view(), name="confirm_email"),
    path("confirm-email/resend", views.ResendConfirmationView.as_view(), name="resend_confirmation"),
    path("confirm-email/change", views.ChangeEmailView.as_view(), name="change_email"),
    path("new-device/not-me", DisownView.as_view(), name="disown"),
    path("new-device/not-me/<str:token>", DisownLinkView.as_view(), name="disown_link"),
    path("confirm-email/<str:token>", views.ConfirmEmailLinkView.as_view(), name="confirm_email_link"),
    *factors.urlpatterns,
    *book.urlpatterns,
    *open_sessions.urlpatterns,
    *recovery.urlpatterns,
]

library_urlpatterns = [
    path("", views.SignInView.as_view(), name="account_login"),
    path("sign-out", views.SignOutView.as_view(), name="account_logout"),
    path("forgot-password", views.ForgotPasswordView.as_view(), name="account_reset_password"),
    path("forgot-password/sent", views.ForgotPasswordSentView.as_view(), name="account_reset_password_done"),
    path(
        "forgot-password/chosen",
        views.PasswordChosenView.as_view(),
        name="account_reset_password_from_key_done",
    ),
    path(
        "forgot-password/<str:uidb36>/<str:key>",
        views.ChoosePasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("language/setlang/", views.SetLanguageView.as_view(), name="set_language"),
    path("account-closed", views.AccountInactiveView.as_view(), name="account_inactive"),
    *factors.library_urlpatterns,
]
