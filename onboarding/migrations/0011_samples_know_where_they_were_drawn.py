import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0016_imports_in_bulk"), ("onboarding", "0010_sample_frames")]

    operations = [
        migrations.AlterField(
            "revisitsample",
            "drawn_in",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.unit"),
        ),
        migrations.RemoveConstraint("revisitsample", "revisit_sample_once"),
        migrations.AddConstraint(
            "revisitsample",
            models.UniqueConstraint(fields=["drawn_in", "period_from", "period_to"], name="revisit_sample_once"),
        ),
    ]
