"""The database itself refuses that somebody confirms on a platform what they claimed themselves."""

from django.db import migrations

from core.kit.refusing import RefusingTrigger
from onboarding.accounts.own_claims import OWN_CLAIM


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0006_households_verified_somehow")]
    operations = [RefusingTrigger(OWN_CLAIM)]
