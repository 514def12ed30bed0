"""What a sample was drawn from is kept with it, and where it was drawn."""

import hashlib
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def fill(apps, schema_editor):
    """The frame of an older sample, where the register still gives the frame of that day."""
    households = apps.get_model("onboarding", "Household").objects
    frames = apps.get_model("onboarding", "SampleFrame").objects
    for sample in apps.get_model("onboarding", "RevisitSample").objects.order_by("pk"):
        sample.drawn_in_id = sample.commune_id
        sample.save(update_fields=["drawn_in"])
        start, end = (datetime.combine(day, time(), VIETNAM) for day in (sample.period_from, sample.period_to))
        lived = Q(ended_on__isnull=True) | Q(ended_on__gte=sample.drawn_at.astimezone(VIETNAM).date())
        rows = households.filter(lived, commune=sample.commune_id, registered_at__gte=start, registered_at__lt=end)
        ids = sorted(str(each) for each in rows.values_list("record_id", flat=True))
        if hashlib.sha256("".join(f"{each}\n" for each in ids).encode()).hexdigest() == sample.frame_hash:
            frames.create(sample=sample, record_ids=b"".join(UUID(each).bytes for each in ids))


class Migration(migrations.Migration):
    dependencies = [("core", "0016_imports_in_bulk"), ("onboarding", "0009_seller_id_once")]

    operations = [
        migrations.CreateModel(
            "SampleFrame",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record_ids", models.BinaryField()),
                (
                    "sample",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="frame", to="onboarding.revisitsample"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            "revisitsample",
            "drawn_in",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.unit"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
