"""When somebody was recorded as acting for a producer: an API key brings along only what was there when it was made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0020_applicants_say_whether_buyers_call")]
    operations = [migrations.AddField("membership", "recorded_at", models.DateTimeField(blank=True, null=True))]
