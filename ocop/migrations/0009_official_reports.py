"""Official reports, and the digital signatures on them: rows are only ever added."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0021_accountants'),
        ('ocop', '0008_screen_links'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OfficialReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('number', models.CharField(max_length=40)),
                ('issued_on', models.DateField()),
                ('place', models.CharField(max_length=60)),
                ('superior', models.CharField(blank=True, max_length=160)),
                ('issuer', models.CharField(max_length=160)),
                ('subject', models.CharField(max_length=300)),
                ('addressees', models.TextField(blank=True)),
                ('authority', models.CharField(blank=True, max_length=160)),
                ('title', models.CharField(max_length=100)),
                ('signer', models.CharField(max_length=100)),
                ('recipients', models.TextField()),
                ('remarks', models.TextField(blank=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('address', models.CharField(max_length=200)),
                ('frozen', models.JSONField()),
                ('pdf_sha256', models.CharField(max_length=64)),
                ('xlsx_sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='ocop.officialreport')),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ocop.snapshot')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit')),
            ],
            options={
                'ordering': ['-issued_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReportSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('holder', models.CharField(max_length=200)),
                ('serial', models.CharField(max_length=80)),
                ('certificate_until', models.DateField()),
                ('signed_at', models.DateTimeField()),
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='ocop.officialreport')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='officialreport',
            constraint=models.UniqueConstraint(condition=models.Q(('unit__isnull', False)), fields=('unit', 'year', 'number'), name='official_report_number_once'),
        ),
        migrations.AddConstraint(
            model_name='officialreport',
            constraint=models.UniqueConstraint(condition=models.Q(('unit__isnull', True)), fields=('year', 'number'), name='official_report_number_once_in_country'),
        ),
        migrations.AddConstraint(
            model_name='officialreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('replaces__isnull', True)), models.Q(('replaces__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='official_report_replaces_with_reason'),
        ),
        AppendOnlyTrigger("officialreport"),
        AppendOnlyTrigger("reportsignature"),
    ]
