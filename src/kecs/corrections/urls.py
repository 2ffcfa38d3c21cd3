"""Paths of the corrections room."""

from django.urls import path

from kecs.corrections import views

app_name = "corrections"
urlpatterns = [
    path("", views.AskView.as_view(), name="ask"),
    path("/state", views.StateView.as_view(), name="state"),
    path("/documents", views.DocumentsView.as_view(), name="documents"),
    path("/withdraw", views.WithdrawView.as_view(), name="withdraw"),
    path("/not-me", views.NotMeView.as_view(), name="not_me"),
    path("/not-me/<str:token>", views.NotMeLinkView.as_view(), name="not_me_link"),
]
