"""What a person says about an account may show where it was seen."""

from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger, AppendOnlyTriggerBack


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0018_applications_and_papers")]
    operations = [
        AppendOnlyTriggerBack("accountreport"),
        migrations.AddField("accountreport", "evidence_url", models.URLField(blank=True, default="", max_length=400)),
        AppendOnlyTrigger("accountreport"),
    ]
