"""Paths of the console room."""

from django.urls import path

from kecs.console import find, mending, merging, person, recoveries, reveal, security, staff, views, weekly

app_name = "console"
urlpatterns = [
    path("", views.FrontView.as_view(), name="desk"),
    path("/cases/<uuid:case_id>", views.CaseView.as_view(), name="case"),
    # Before other paths below a person's, which take any word there.
    path("/people/<uuid:record_id>/merge", merging.MergeView.as_view(), name="merge"),
    path("/merges", merging.MergesView.as_view(), name="merges"),
    path("/merges/<uuid:merge_id>", merging.MergedView.as_view(), name="merged"),
    path("/find", find.FindView.as_view(), name="find"),
    path("/documents/<uuid:document_id>", views.DocumentView.as_view(), name="document"),
    path("/recoveries", recoveries.RecoveriesView.as_view(), name="recoveries"),
    path("/recoveries/<uuid:recovery_id>", recoveries.RecoveryView.as_view(), name="recovery"),
    path("/staff", staff.StaffView.as_view(), name="staff"),
    path("/staff/<uuid:account_id>", staff.MemberView.as_view(), name="member"),
    path("/weekly", weekly.WeeklyView.as_view(), name="weekly"),
    path("/security", security.SecurityView.as_view(), name="security"),
    path("/security/staff/<uuid:account_id>", security.LooksOfView.as_view(), name="looks_of"),
    path("/security/people/<uuid:record_id>", security.LooksAtView.as_view(), name="looks_at"),
    path("/letters", views.LettersView.as_view(), name="letters"),
    path("/letters/<uuid:letter_id>", views.LetterView.as_view(), name="letter"),
    path("/letters/<uuid:letter_id>/posted", views.PostedView.as_view(), name="posted"),
    path("/people/<uuid:record_id>", person.PersonView.as_view(), name="person"),
    path("/people/<uuid:record_id>/ssn", reveal.RevealView.as_view(), name="reveal"),
    path("/people/<uuid:record_id>/repairs/<str:repair>", mending.RepairView.as_view(), name="person_repair"),
    path("/accounts/<uuid:account_id>", person.PersonView.as_view(), name="account"),
    path(
        "/accounts/<uuid:account_id>/repairs/<str:repair>",
        mending.RepairView.as_view(),
        name="account_repair",
    ),
]
