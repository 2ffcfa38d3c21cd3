"""Paths of recovery; the accounts room takes them into its own."""

from django.urls import path

from kecs.accounts.recovery import views

confirm = views.TokenLinkView.as_view(
    session_key=views.CONFIRM_SESSION_KEY, leads_to="accounts:confirm_recovery"
)
cancel = views.TokenLinkView.as_view(
    session_key=views.CANCEL_SESSION_KEY, leads_to="accounts:cancel_recovery"
)
urlpatterns = [
    path("recover", views.AskForRecoveryView.as_view(), name="ask_for_recovery"),
    path("recover/sent", views.RecoverySentView.as_view(), name="recovery_sent"),
    path("recover/confirm", views.ConfirmRecoveryView.as_view(), name="confirm_recovery"),
    path("recover/confirm/<str:token>", confirm, name="recovery_link"),
    path("recover/stop", views.CancelRecoveryView.as_view(), name="cancel_recovery"),
    path("recover/stop/<str:token>", cancel, name="cancel_recovery_link"),
]
