"""A shop of several sells the goods of those who said yes to it. Those named before were never asked: they are asked now."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0006_pictures_of_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField("shopmaker", "confirmed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "shopmaker",
            "confirmed_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "shopmaker",
            models.CheckConstraint(
                condition=models.Q(("confirmed_by__isnull", True), ("confirmed_at__isnull", False), _connector="OR"),
                name="shop_maker_confirmed_at_a_time",
            ),
        ),
    ]
