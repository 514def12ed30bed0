"""Rows of snapshots that are looked at once more: draws, what was drawn, its pages, and the look that decides."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0021_accountants'),
        ('ocop', '0006_hand_entered_indicators'),
        ('onboarding', '0028_digital_markets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RecheckDraw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('indicator', models.CharField(max_length=10)),
                ('population', models.PositiveIntegerField()),
                ('size', models.PositiveIntegerField()),
                ('seed', models.CharField(max_length=64)),
                ('rows_sha256', models.CharField(max_length=64)),
                ('drawn_at', models.DateTimeField()),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rechecks', to='ocop.snapshot')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit')),
            ],
        ),
        migrations.CreateModel(
            name='RecheckItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('subject', models.CharField(max_length=10)),
                ('subject_id', models.BigIntegerField()),
                ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='ocop.recheckdraw')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit')),
            ],
        ),
        migrations.CreateModel(
            name='RecheckPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=200)),
                ('known_to', models.JSONField(default=list)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onboarding.platformaccount')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='ocop.recheckitem')),
                ('link', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onboarding.outsidelink')),
            ],
        ),
        migrations.CreateModel(
            name='RecheckLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('result', models.CharField(choices=[('there', 'còn thấy'), ('gone', 'không còn'), ('unclear', 'không kết luận được')], max_length=8)),
                ('at', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=300)),
                ('looked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('observation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onboarding.observation')),
                ('report', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onboarding.accountreport')),
                ('page', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='look', to='ocop.recheckpage')),
            ],
        ),
        migrations.AddConstraint(
            model_name='recheckdraw',
            constraint=models.UniqueConstraint(fields=('unit', 'on', 'indicator'), name='recheck_drawn_once'),
        ),
        migrations.AddConstraint(
            model_name='recheckdraw',
            constraint=models.CheckConstraint(condition=models.Q(('size__lte', models.F('population'))), name='recheck_draws_no_more_than_there_are'),
        ),
        migrations.AddConstraint(
            model_name='recheckitem',
            constraint=models.UniqueConstraint(fields=('draw', 'position'), name='recheck_item_in_order'),
        ),
        migrations.AddConstraint(
            model_name='recheckitem',
            constraint=models.UniqueConstraint(fields=('draw', 'subject_id'), name='recheck_item_once'),
        ),
        migrations.AddConstraint(
            model_name='recheckpage',
            constraint=models.UniqueConstraint(condition=models.Q(('link__isnull', False)), fields=('item', 'link'), name='recheck_page_once'),
        ),
        migrations.AddConstraint(
            model_name='recheckpage',
            constraint=models.UniqueConstraint(condition=models.Q(('link__isnull', True)), fields=('item', 'account'), name='recheck_account_once'),
        ),
        migrations.AddConstraint(
            model_name='rechecklook',
            constraint=models.CheckConstraint(condition=models.Q(('observation__isnull', False), ('report__isnull', False), ('looked_by__isnull', False), _connector='OR'), name='recheck_look_rests_on_something'),
        ),
        AppendOnlyTrigger('RecheckDraw'),
        AppendOnlyTrigger('RecheckPage'),
        AppendOnlyTrigger('RecheckLook'),
    ]
