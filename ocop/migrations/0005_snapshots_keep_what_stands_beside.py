"""What is counted beside a rate (extended papers, services) and the coverage are frozen too; how many rows there will be is known."""

from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger, AppendOnlyTriggerBack


class Migration(migrations.Migration):
    dependencies = [("ocop", "0004_snapshots_take_two_people")]

    operations = [
        AppendOnlyTriggerBack("snapshotfigure"),
        AppendOnlyTriggerBack("snapshotrow"),
        migrations.AddField("snapshot", "rows_expected", models.PositiveIntegerField(default=0)),
        migrations.AddField("snapshot", "communes", models.PositiveIntegerField(null=True)),
        migrations.AddField("snapshot", "communes_framed", models.PositiveIntegerField(null=True)),
        migrations.AddField("snapshotfigure", "beside", models.JSONField(default=dict)),
        migrations.AddField("snapshotrow", "traits", models.CharField(blank=True, default="", max_length=8), preserve_default=False),
        AppendOnlyTrigger("snapshotfigure"),
        AppendOnlyTrigger("snapshotrow"),
    ]
