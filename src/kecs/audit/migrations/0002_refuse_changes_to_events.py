"""The log is append-only: the database refuses to change or remove an event."""

from django.db import migrations

from kecs.audit.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_chain_events")]

    operations = [
        refuse(
            table="audit_auditevent",
            operation=operation,
            name=f"audit_event_no_{operation.lower()}",
            message="audit events are append-only",
        )
        for operation in ("UPDATE", "DELETE")
    ]
