"""A snapshot without a maker waits for two people: the one signature that such a one has becomes the first."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def only_signature_is_the_first(apps: Any, schema_editor: Any) -> None:
    alone = apps.get_model("ocop", "Snapshot").objects.filter(made_by=None, signed_at__isnull=False)
    alone.update(first_signed_by=F("signed_by"), first_signed_at=F("signed_at"), signed_by=None, signed_at=None)
    schema_editor.connection.check_constraints()  # PostgreSQL alters no table that foreign keys are still to be checked of


def first_signature_is_the_only(apps: Any, schema_editor: Any) -> None:
    """Going back, one signature is enough: of two the second stays."""
    waiting = apps.get_model("ocop", "Snapshot").objects.filter(signed_at=None, first_signed_at__isnull=False)
    waiting.update(signed_by=F("first_signed_by"), signed_at=F("first_signed_at"))
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [
        ("ocop", "0003_keys_written_anew"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="snapshot",
            name="first_signed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="snapshot",
            name="first_signed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RemoveConstraint(model_name="snapshot", name="snapshot_takes_two"),
        migrations.RunPython(only_signature_is_the_first, first_signature_is_the_only, elidable=True),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | (
                    Q(signed_at__isnull=False, signed_by__isnull=False, frozen_at__isnull=False)
                    & (
                        (Q(made_by__isnull=False) & ~Q(signed_by=F("made_by")))
                        | (Q(first_signed_by__isnull=False) & ~Q(signed_by=F("first_signed_by")))
                    )
                ),
                name="snapshot_takes_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(
                condition=Q(first_signed_by__isnull=True, first_signed_at__isnull=True)
                | Q(
                    first_signed_by__isnull=False,
                    first_signed_at__isnull=False,
                    made_by__isnull=True,
                    frozen_at__isnull=False,
                ),
                name="snapshot_first_signature_stands_for_maker",
            ),
        ),
    ]
