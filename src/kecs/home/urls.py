"""Paths of the home room."""

from django.urls import path

from kecs.home import views

app_name = "home"
urlpatterns = [
    path("home", views.HomeView.as_view(), name="home"),
    path("record", views.RecordView.as_view(), name="record"),
]
