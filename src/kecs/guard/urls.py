"""The robot check's address; config includes it under /robot/."""

from django.urls import path

from kecs.guard import views

app_name = "guard"
urlpatterns = [path("challenge", views.challenge, name="challenge")]
