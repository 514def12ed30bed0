"""Whoever asks to sell here says whether buyers may see the phone; those who were not asked have not said yes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0019_reports_show_where")]
    operations = [migrations.AddField("application", "shows_phone", models.BooleanField(default=False))]
