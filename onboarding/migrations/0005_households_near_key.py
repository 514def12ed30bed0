"""A key for nearly equal names, filled in for households that are there."""

from django.db import migrations, models

from onboarding.households.identity import near_key


def fill(apps, schema_editor):
    households = apps.get_model("onboarding", "Household").objects
    known = households.filter(birth_year__isnull=False, near_key="").order_by("pk")
    last = 0
    while rows := list(known.filter(pk__gt=last).only("pk", "folded_name", "birth_year")[:1000]):
        for row in rows:
            row.near_key = near_key(row.folded_name, row.birth_year)
        households.bulk_update(rows, ["near_key"])
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0004_households_in_full")]

    operations = [
        migrations.AddField("household", "near_key", models.CharField(default="", editable=False, max_length=8)),
        migrations.AddIndex("household", models.Index(fields=["hamlet", "near_key"], name="household_by_near_key")),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
