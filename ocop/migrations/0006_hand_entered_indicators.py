"""The catalogue of hand-entered indicators: lines, terms, targets, figures; the last three are only ever added to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0021_accountants'),
        ('ocop', '0005_snapshots_keep_what_stands_beside'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HandIndicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=160)),
                ('group', models.CharField(choices=[('government', 'Chính quyền số'), ('economy', 'Kinh tế số'), ('society', 'Xã hội số'), ('security', 'An toàn, an ninh mạng')], max_length=12)),
                ('measure', models.CharField(choices=[('percent', 'Phần trăm (0 đến 100)'), ('growth', 'Phần trăm tăng mỗi năm'), ('number', 'Số lượng')], max_length=8)),
                ('measure_words', models.CharField(blank=True, max_length=30)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit')),
            ],
        ),
        migrations.CreateModel(
            name='HandFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateField()),
                ('value', models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ('numerator', models.PositiveBigIntegerField(null=True)),
                ('denominator', models.PositiveBigIntegerField(null=True)),
                ('terms_version', models.PositiveSmallIntegerField(default=0)),
                ('source', models.CharField(max_length=200)),
                ('link', models.URLField(blank=True, max_length=500)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('entered_at', models.DateTimeField()),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='ocop.handfigure')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='ocop.handindicator')),
            ],
        ),
        migrations.CreateModel(
            name='HandTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(null=True)),
                ('value', models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ('is_above', models.BooleanField(default=False)),
                ('document', models.CharField(max_length=200)),
                ('entered_at', models.DateTimeField()),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='ocop.handindicator')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit')),
            ],
        ),
        migrations.CreateModel(
            name='HandTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('owner', models.CharField(blank=True, max_length=160)),
                ('formula', models.CharField(blank=True, max_length=1000)),
                ('entered_at', models.DateTimeField()),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='ocop.handindicator')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit')),
            ],
        ),
        migrations.AddConstraint(
            model_name='handindicator',
            constraint=models.CheckConstraint(condition=models.Q(('group__in', ['government', 'economy', 'society', 'security'])), name='hand_indicator_has_a_group'),
        ),
        migrations.AddConstraint(
            model_name='handindicator',
            constraint=models.CheckConstraint(condition=models.Q(('measure__in', ['percent', 'growth', 'number'])), name='hand_indicator_has_a_measure'),
        ),
        migrations.AddConstraint(
            model_name='handfigure',
            constraint=models.UniqueConstraint(condition=models.Q(('replaces__isnull', True)), fields=('indicator', 'unit', 'as_of'), name='hand_figure_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='handfigure',
            constraint=models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='hand_figure_has_a_source'),
        ),
        migrations.AddConstraint(
            model_name='handfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('replaces__isnull', True), ('value__isnull', False)), models.Q(('replaces__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='hand_figure_correction_says_why'),
        ),
        migrations.AddConstraint(
            model_name='handfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('denominator__isnull', True), ('numerator__isnull', True)), models.Q(('denominator__gt', 0), ('numerator__isnull', False), ('numerator__lte', models.F('denominator')), ('value__isnull', False)), _connector='OR'), name='hand_figure_numerator_is_a_part'),
        ),
        migrations.AddConstraint(
            model_name='handtarget',
            constraint=models.CheckConstraint(condition=models.Q(('document', ''), _negated=True), name='hand_target_has_a_document'),
        ),
        migrations.AddConstraint(
            model_name='handterms',
            constraint=models.UniqueConstraint(fields=('indicator', 'unit', 'version'), name='hand_terms_version_once'),
        ),
        AppendOnlyTrigger("handfigure"),
        AppendOnlyTrigger("handtarget"),
        AppendOnlyTrigger("handterms"),
    ]
