"""Paths of the assurance room."""

from django.urls import path

from kecs.assurance import views

app_name = "assurance"
urlpatterns = [
    path("confirm-it-is-you", views.ProveView.as_view(), name="prove"),
    path("confirm-it-is-you/code", views.SendCodeView.as_view(), name="send_code"),
    path("confirm-it-is-you/letter", views.LetterView.as_view(), name="letter"),
    path("not-me", views.NotMeView.as_view(), name="not_me"),
    path("not-me/letter", views.NotMeLetterView.as_view(), name="not_me_letter"),
    path("not-me/<str:token>", views.NotMeLinkView.as_view(), name="not_me_link"),
]
