from django.db import migrations, models
from django.db.models import F, Q

FORWARD = Q(("valid_from__isnull", True), ("valid_to__isnull", True), ("valid_to__gt", F("valid_from")), _connector="OR")


def exclude(schema_editor, condition):
    """Two hamlets of a commune never share a name on a day. Checked at commit, as in 0005."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("ALTER TABLE core_hamlet DROP CONSTRAINT hamlet_once_at_a_date")
    schema_editor.execute(
        "ALTER TABLE core_hamlet ADD CONSTRAINT hamlet_once_at_a_date EXCLUDE USING gist "
        f"(commune_id WITH =, name WITH =, daterange(valid_from, valid_to) WITH &&) {condition} "
        "DEFERRABLE INITIALLY DEFERRED"
    )


def leave_renamed_ones_out(apps, schema_editor):
    """Hamlet.name is today's only, so for a renamed hamlet it says nothing about other days."""
    exclude(schema_editor, "WHERE (NOT is_renamed)")


def take_renamed_ones_in(apps, schema_editor):
    """Back to 0005. Fails, with nothing changed, while a name given up is carried by another hamlet."""
    exclude(schema_editor, "")


def mark_renamed(apps, schema_editor):
    """Drop names whose period ended before it began (they were never in force) and mark who has names."""
    apps.get_model("core", "HamletName").objects.filter(valid_to__lte=F("valid_from")).delete()
    names = apps.get_model("core", "HamletName").objects.values("hamlet")
    apps.get_model("core", "Hamlet").objects.filter(pk__in=names).update(is_renamed=True)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table could not be altered after the update


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0014_keys_and_slips_know_their_grants"),
    ]

    operations = [
        migrations.AddField("hamlet", "is_renamed", models.BooleanField(default=False)),
        migrations.RunPython(mark_renamed, migrations.RunPython.noop),
        migrations.RunPython(leave_renamed_ones_out, take_renamed_ones_in),
        migrations.RemoveConstraint("hamlet", "hamlet_once_per_date"),
        migrations.RemoveConstraint("hamlet", "hamlet_once_per_date_open"),
        migrations.AddConstraint(
            "hamlet",
            models.UniqueConstraint(
                fields=["commune", "name", "valid_from"], condition=Q(is_renamed=False), name="hamlet_once_per_date"
            ),
        ),
        migrations.AddConstraint(
            "hamlet",
            models.UniqueConstraint(
                fields=["commune", "name"],
                condition=Q(valid_from__isnull=True, is_renamed=False),
                name="hamlet_once_per_date_open",
            ),
        ),
        *(
            migrations.AddConstraint(table, models.CheckConstraint(condition=FORWARD, name=f"{name}_period_runs_forward"))
            for table, name in (("hamlet", "hamlet"), ("hamletname", "hamlet_name"), ("unitname", "unit_name"))
        ),
    ]
