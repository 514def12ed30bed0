from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger, AppendOnlyTriggerBack


class Migration(migrations.Migration):
    dependencies = [
        ('ocop', '0009_official_reports'),
    ]

    operations = [
        AppendOnlyTriggerBack('RecheckPage'),
        migrations.AddField(
            model_name='recheckpage',
            name='product_name',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        AppendOnlyTrigger('RecheckPage'),
    ]
