"""Keep, scan, open and destroy documents."""

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import whole
from kecs.corrections import events
from kecs.corrections.content import Content
from kecs.corrections.documents.pieces import content_of, pieces_of
from kecs.corrections.kinds import MOST_DOCUMENTS, OPENED_BY_STAFF, SCANNED_NEXT, DocumentState, State
from kecs.corrections.models import Correction, Document, DocumentPart
from kecs.corrections.names import shown_name
from kecs.corrections.notices import document_refused_notice
from kecs.corrections.scanner import Outcome, Verdict, is_there, scan
from kecs.guard.queries import database_clock
from kecs.mail.actions import queue
from kecs.pii.seal import SealBroken
from kecs.records.legal_holds.queries import protected


class DocumentHeld(Exception):
    """The scanner has not looked at it yet; nobody opens it before."""


class DocumentGone(Exception):
    """Its content was destroyed, or the scanner found something in it."""


class TooManyDocuments(Exception):
    """A request has five at most."""


class NotOpen(Exception):
    """There is no such request, or it was closed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came: what the person called it, and its content, which was looked at."""

    name: str = field(repr=False)
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDocument:
    """A document for staff."""

    document_id: UUID
    kind: str
    name: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What one call of scan_waiting came to."""

    clean: int = 0
    found: int = 0
    unscanned: int = 0
    away: bool = False


@whole
def add_documents(*, correction_id: UUID, uploads: Iterable[Upload], by: str) -> None:
    """Put documents to an open request. Raises NotOpen and TooManyDocuments."""
    locked = Correction.objects.select_for_update(no_key=True).filter(
        pk=correction_id, state=State.OPEN.value
    )
    correction = locked.first()
    if correction is None:
        raise NotOpen
    added = list(uploads)
    here = Document.objects.filter(correction=correction).exclude(state=DocumentState.REFUSED.value)
    if here.count() + len(added) > MOST_DOCUMENTS:
        raise TooManyDocuments
    for upload in added:
        _add(correction, upload, by=by)


def _add(correction: Correction, upload: Upload, *, by: str) -> None:
    data = upload.content.data
    document = Document.objects.create(
        correction=correction,
        name=shown_name(upload.name),
        kind=upload.content.kind,
        size=len(data),
        digest=sha256(data).digest(),
        state=(DocumentState.WAITING if is_there() else DocumentState.NOT_SCANNED).value,
        sent_at=database_clock(),
    )
    DocumentPart.objects.bulk_create(
        [
            DocumentPart(document=document, number=number, content_sealed=piece)
            for number, piece in enumerate(pieces_of(document.pk, data))
        ],
        batch_size=8,
    )
    record(
        event=events.DocumentAdded(
            subject=f"correction:{correction.pk}",
            document=str(document.pk),
            kind=document.kind,
            size=document.size,
            state=document.state,
        ),
        by=by,
    )


@whole
def open_document(*, document_id: UUID, by: str) -> OpenedDocument:
    """A document for staff, and a line in the log that it was opened. Raises DocumentHeld and DocumentGone."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None or document.state in {DocumentState.REFUSED, DocumentState.DESTROYED}:
        raise DocumentGone
    if document.state not in OPENED_BY_STAFF:
        raise DocumentHeld
    record(
        event=events.DocumentOpened(
            subject=f"correction:{document.correction_id}",
            document=str(document.pk),
            scanned=document.state == DocumentState.CLEAN,
        ),
        by=by,
    )
    return OpenedDocument(
        document_id=document.pk, kind=document.kind, name=document.name, content=content_of(document)
    )


def scan_waiting(*, by: str, stop: threading.Event | None = None) -> Scanned:
    """Have the scanner look at every document that waits for it, oldest first; those from before it was there, too."""
    if not is_there():
        return Scanned()
    waiting = Document.objects.filter(state__in=[state.value for state in SCANNED_NEXT]).order_by("sent_at")
    counts = {Outcome.CLEAN: 0, Outcome.FOUND: 0, Outcome.NO_ANSWER: 0}
    away = False
    for document in waiting:
        if stop and stop.is_set():
            break
        try:
            verdict = scan(content_of(document))  # outside of any transaction: it may take half a minute
        except SealBroken:
            verdict = Verdict(
                outcome=Outcome.NO_ANSWER
            )  # taken back meanwhile, or damaged: no hold-up for others
        if verdict.outcome is Outcome.AWAY:
            away = True
            break
        counts[verdict.outcome] += 1
        if verdict.outcome is not Outcome.NO_ANSWER:
            _scanned(document, verdict, by=by)
    return Scanned(
        clean=counts[Outcome.CLEAN],
        found=counts[Outcome.FOUND],
        unscanned=counts[Outcome.NO_ANSWER],
        away=away,
    )


@whole
def _scanned(document: Document, verdict: Verdict, *, by: str) -> None:
    """Written down once, whoever else scanned it or destroyed it meanwhile."""
    clean = verdict.outcome is Outcome.CLEAN
    state = DocumentState.CLEAN if clean else DocumentState.REFUSED
    changed = Document.objects.filter(pk=document.pk, state=document.state).update(
        state=state.value, found=verdict.found, scanned_at=database_clock()
    )
    if not changed:
        return
    with recorded_together():
        if not clean:
            DocumentPart.objects.filter(document=document).delete()
            _tell_refused(document.correction_id, by=by)
        record(
            event=events.DocumentScanned(
                subject=f"document:{document.pk}", correction=str(document.correction_id), found=verdict.found
            ),
            by=by,
        )


def _tell_refused(correction_id: UUID, *, by: str) -> None:
    """While she can still send another."""
    asked = Correction.objects.filter(pk=correction_id, state=State.OPEN.value).first()
    if asked is not None:
        queue(message=document_refused_notice(account_id=asked.account_id), by=by)


@whole
def destroy_documents(*, correction_id: UUID, by: str) -> int:
    """The content and the names of a request's documents go; their size and digest stay."""
    documents = Document.objects.filter(correction_id=correction_id)
    DocumentPart.objects.filter(document__in=documents).delete()
    return documents.exclude(state__in=[DocumentState.DESTROYED.value, DocumentState.REFUSED.value]).update(
        state=DocumentState.DESTROYED.value, name=""
    )


@whole
def let_go_of_parts(*, part_ids: Collection[int], by: str) -> None:
    """Parts that a lost key sealed: their documents are gone, as those that were kept long enough."""
    documents = set(DocumentPart.objects.filter(pk__in=part_ids).values_list("document_id", flat=True))
    DocumentPart.objects.filter(document__in=documents).delete()
    Document.objects.filter(pk__in=documents).exclude(state=DocumentState.REFUSED.value).update(
        state=DocumentState.DESTROYED.value, name=""
    )


def destroy_old_documents(*, by: str, at: datetime | None = None) -> int:
    """Destroy what belongs to requests that were closed long enough ago, but for people under a legal hold; answers how many requests that were."""
    before = (at or database_clock()) - timedelta(days=settings.KECS_DOCUMENTS_KEPT_DAYS)
    _records, kept = protected()
    old = Correction.objects.filter(closed_at__lt=before, asked_sealed__isnull=False).exclude(
        account_id__in=kept
    )
    ids = list(old.order_by("closed_at").values_list("pk", flat=True)[:100])
    for correction_id in ids:
        with transaction.atomic():
            if not old.filter(pk=correction_id).update(asked_sealed=None, before_sealed=None):
                continue
            gone = destroy_documents(correction_id=correction_id, by=by)
            record(
                event=events.DocumentsDestroyed(subject=f"correction:{correction_id}", documents=gone), by=by
            )
    return len(ids)
