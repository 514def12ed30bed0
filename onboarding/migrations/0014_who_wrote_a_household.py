"""Who wrote the verified facts of each household since the last verification; the database refuses that they verify it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.kit.refusing import RefusingTrigger
from onboarding.households.own_words import OWN_WORDS


def known_writers(apps, schema_editor):
    """Of what is there already, the registrar and the last writer are known."""
    households = apps.get_model("onboarding", "Household").objects.order_by("pk")
    writers = apps.get_model("onboarding", "HouseholdWriter").objects
    rows = []
    for pk, *people in households.values_list("pk", "registered_by", "last_written_by").iterator(chunk_size=2000):
        rows += [writers.model(household_id=pk, user_id=user_id) for user_id in sorted(set(people) - {None})]
        if len(rows) >= 2000:
            writers.bulk_create(rows)
            rows = []
    writers.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0013_a_file_needs_two_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HouseholdWriter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_past", models.BooleanField(default=False)),
                ("household", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="writers", to="onboarding.household")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("household", "user"), name="household_writer_once")],
            },
        ),
        migrations.RunPython(known_writers, migrations.RunPython.noop),
        RefusingTrigger(OWN_WORDS),
    ]
