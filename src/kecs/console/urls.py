"""Paths of the console room."""

from django.urls import path

from kecs.console import find, security, staff, views, weekly
from kecs.console.cases import case, queue
from kecs.console.exports.views import ExportsView
from kecs.console.imports import views as imports
from kecs.console.merging import views as merging
from kecs.console.person import views as person
from kecs.console.recovering import recovery
from kecs.console.repairing.views import RepairView
from kecs.console.revealing.views import RevealView

app_name = "console"
urlpatterns = [
    path("", views.FrontView.as_view(), name="desk"),
    # Before other paths below a person's, which take any word there.
    path("/people/<uuid:record_id>/merge", merging.MergeView.as_view(), name="merge"),
    path("/merges", merging.MergesView.as_view(), name="merges"),
    path("/merges/<uuid:merge_id>", merging.MergedView.as_view(), name="merged"),
    path("/find", find.FindView.as_view(), name="find"),
    path("/cases", queue.QueueView.as_view(), name="cases"),
    path("/cases/<uuid:case_id>", case.CaseView.as_view(), name="case"),
    path("/cases/<uuid:case_id>/reopen", case.ReopenView.as_view(), name="reopen"),
    path("/cases/<uuid:case_id>/take", case.TakeCaseView.as_view(), name="take_case"),
    path("/documents/<uuid:document_id>", views.DocumentView.as_view(), name="document"),
    path("/recoveries", recovery.RecoveriesView.as_view(), name="recoveries"),
    path("/recoveries/<uuid:recovery_id>", recovery.RecoveryView.as_view(), name="recovery"),
    path("/recoveries/<uuid:recovery_id>/take", recovery.TakeRecoveryView.as_view(), name="take_recovery"),
    path("/staff", staff.StaffView.as_view(), name="staff"),
    path("/staff/<uuid:account_id>", staff.MemberView.as_view(), name="member"),
    path("/weekly", weekly.WeeklyView.as_view(), name="weekly"),
    path("/security", security.SecurityView.as_view(), name="security"),
    path("/security/staff/<uuid:account_id>", security.LooksOfView.as_view(), name="looks_of"),
    path("/security/people/<uuid:record_id>", security.LooksAtView.as_view(), name="looks_at"),
    path("/imports", imports.ImportsView.as_view(), name="imports"),
    path("/imports/runs/<uuid:run_id>/undo", imports.ImportRunUndoView.as_view(), name="import_run_undo"),
    path("/imports/<uuid:upload_id>", imports.ImportView.as_view(), name="import"),
    path("/imports/<uuid:upload_id>/progress", imports.ImportProgressView.as_view(), name="import_progress"),
    path("/imports/<uuid:upload_id>/load", imports.ImportLoadView.as_view(), name="import_load"),
    path("/imports/<uuid:upload_id>/undo", imports.ImportUndoView.as_view(), name="import_undo"),
    path("/imports/<uuid:upload_id>/stop", imports.ImportStopView.as_view(), name="import_stop"),
    path("/imports/<uuid:upload_id>/discard", imports.ImportDiscardView.as_view(), name="import_discard"),
    path("/imports/<uuid:upload_id>/rejects", imports.ImportRejectsView.as_view(), name="import_rejects"),
    path("/exports", ExportsView.as_view(), name="exports"),
    path("/letters", views.LettersView.as_view(), name="letters"),
    path("/letters/<uuid:letter_id>", views.LetterView.as_view(), name="letter"),
    path("/letters/<uuid:letter_id>/posted", views.PostedView.as_view(), name="posted"),
    path("/people/<uuid:record_id>", person.PersonView.as_view(), name="person"),
    path("/people/<uuid:record_id>/ssn", RevealView.as_view(), name="reveal"),
    path("/people/<uuid:record_id>/repairs/<str:repair>", RepairView.as_view(), name="person_repair"),
    path("/accounts/<uuid:account_id>", person.PersonView.as_view(), name="account"),
    path(
        "/accounts/<uuid:account_id>/repairs/<str:repair>",
        RepairView.as_view(),
        name="account_repair",
    ),
]
