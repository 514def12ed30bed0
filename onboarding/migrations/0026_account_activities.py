"""What is done with an account, and who says so."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger


class Migration(migrations.Migration):

    dependencies = [
        ('onboarding', '0025_platforms_end_after_they_began'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountActivity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('show', 'đưa sản phẩm lên'), ('look', 'tìm sản phẩm'), ('exchange', 'trao đổi thông tin'), ('trade', 'có đơn hàng')], max_length=8)),
                ('happened_on', models.DateField()),
                ('source', models.CharField(choices=[('platform', 'báo cáo của sàn'), ('producer', 'người bán khai'), ('visit', 'tổ công nghệ số ghi khi đến nhà')], max_length=8)),
                ('at', models.DateTimeField()),
                ('source_sha256', models.CharField(blank=True, max_length=64)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='onboarding.platformaccount')),
                ('reported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-happened_on'], name='account_activity_latest')],
                'constraints': [models.UniqueConstraint(fields=('account', 'kind', 'happened_on', 'source'), name='account_activity_once_a_day'), models.CheckConstraint(condition=models.Q(('reported_by__isnull', False), models.Q(('source_sha256', ''), _negated=True), _connector='OR'), name='account_activity_has_a_source')],
            },
        ),
        AppendOnlyTrigger("accountactivity"),
    ]
