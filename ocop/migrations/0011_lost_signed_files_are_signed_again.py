import django.db.models.deletion
from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger, AppendOnlyTriggerBack


class Migration(migrations.Migration):
    dependencies = [
        ('ocop', '0010_recheck_pages_keep_both_names'),
    ]

    operations = [
        AppendOnlyTriggerBack('ReportSignature'),
        migrations.AlterField(
            model_name='reportsignature',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='ocop.officialreport'),
        ),
        AppendOnlyTrigger('ReportSignature'),
    ]
