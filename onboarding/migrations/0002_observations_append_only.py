"""The database itself refuses to change what was seen on a platform."""

from django.db import migrations

from core.kit.append_only import AppendOnlyTrigger


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0001_initial")]
    operations = [AppendOnlyTrigger("observation")]
