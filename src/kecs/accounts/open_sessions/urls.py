"""Paths of the sessions of an account; the accounts room takes them into its own."""

from django.urls import path

from kecs.accounts.open_sessions import views

urlpatterns = [
    path("account/devices", views.DevicesView.as_view(), name="sessions"),
    path("account/devices/others/end", views.EndOthersView.as_view(), name="end_other_sessions"),
    path("account/devices/<uuid:session_id>/end", views.EndSessionView.as_view(), name="end_session"),
    path("session/left", views.LeftView.as_view(), name="session_left"),
    path("session/extend", views.ExtendView.as_view(), name="session_extend"),
]
