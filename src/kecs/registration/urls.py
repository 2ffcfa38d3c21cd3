"""Paths of the front door: the word of each page is the word of its step."""

from django.urls import path
from django.views.generic import RedirectView

from kecs.accounts.recovery.views import TokenLinkView
from kecs.registration import views
from kecs.registration.invited.views import SESSION_KEY, InvitedView
from kecs.registration.mailbox.views import MailboxView

app_name = "registration"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="registration:search"), name="register"),
    path("/search", views.SearchView.as_view(), name="search"),
    path("/mailbox", MailboxView.as_view(), name="mailbox"),
    path("/match", views.MatchView.as_view(), name="match"),
    path("/match/username", views.UsernameView.as_view(), name="username"),
    path("/account", views.AccountView.as_view(), name="account"),
    path("/no-ssn", views.NoSsnView.as_view(), name="no_ssn"),
    path("/no-ssn/sent", views.NoSsnSentView.as_view(), name="no_ssn_sent"),
    path("/invited", InvitedView.as_view(), name="invited"),
    path(
        "/invited/<str:token>",
        TokenLinkView.as_view(session_key=SESSION_KEY, leads_to="registration:invited"),
        name="invited_link",
    ),
    path("/later", views.LaterView.as_view(), name="later"),
]
