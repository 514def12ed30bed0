"""When a pilot was written down. Of older ones the trail tells: it has one entry for each, in the same order; where that is not so,
nobody knows, and nothing is said."""

from collections import defaultdict

from django.db import migrations, models


def read_the_trail(apps, schema_editor):
    pilots, entries = defaultdict(list), defaultdict(list)
    rows = apps.get_model("onboarding", "PilotUnit").objects.select_related("commune")
    for pilot in rows.order_by("pk"):
        pilots[f"unit:{pilot.commune.code}"].append(pilot)
    trail = apps.get_model("core", "AuditEntry").objects.filter(action="pilot.set", object_label__in=list(pilots))
    for label, at in trail.order_by("pk").values_list("object_label", "at"):
        entries[label].append(at)
    for label, found in pilots.items():
        if len(found) == len(entries[label]):
            for pilot, at in zip(found, entries[label], strict=True):
                pilot.recorded_at = at
                pilot.save(update_fields=["recorded_at"])


class Migration(migrations.Migration):

    dependencies = [
        ('onboarding', '0028_digital_markets'),
    ]

    operations = [
        migrations.AddField(
            model_name='pilotunit',
            name='recorded_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(read_the_trail, migrations.RunPython.noop),
    ]
