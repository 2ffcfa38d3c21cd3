"""Paths of the address book; the accounts room takes them into its own."""

from django.urls import path

from kecs.accounts.book import views

urlpatterns = [
    path("account/emails", views.AddressesView.as_view(), name="addresses"),
    path("account/emails/add", views.AddAddressView.as_view(), name="add_address"),
    path("account/emails/<int:address_id>/primary", views.ChoosePrimaryView.as_view(), name="choose_primary"),
    path("account/emails/<int:address_id>/remove", views.RemoveAddressView.as_view(), name="remove_address"),
    path("account/emails/<int:address_id>/resend", views.ResendLinkView.as_view(), name="resend_link"),
    path("email-was-not-me", views.UndoView.as_view(), name="undo"),
    path("email-was-not-me/<str:token>", views.UndoLinkView.as_view(), name="undo_link"),
]
