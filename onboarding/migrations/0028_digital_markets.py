"""Digital markets: markets, stalls, holders, what was found about payment codes, what stalls told of months."""

import core.kit.encryption
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0021_accountants'),
        ('onboarding', '0027_observation_reasons_missing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=99)),
                ('bank_bin', models.CharField(blank=True, max_length=6)),
                ('account', core.kit.encryption.EncryptedTextField()),
                ('account_index', core.kit.encryption.BlindIndexField(blank=True, db_index=True, editable=False, max_length=32, of='account', purpose='bank-account')),
                ('name_on_code', core.kit.encryption.EncryptedTextField(blank=True, default='')),
                ('name_in_app', core.kit.encryption.EncryptedTextField(blank=True, default='')),
            ],
        ),
        migrations.CreateModel(
            name='CodeCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('how', models.CharField(choices=[('photo', 'máy đọc từ ảnh chụp'), ('camera', 'máy ảnh điện thoại đọc ra'), ('typed', 'gõ tay'), ('looked', 'xem tại sạp')], max_length=8)),
                ('finding', models.CharField(choices=[('read', 'đọc được mã nhận tiền'), ('other', 'mã không phải mã nhận tiền'), ('unreadable', 'có mã nhưng không đọc được'), ('none', 'sạp không có mã')], max_length=10)),
                ('crc_is_right', models.BooleanField()),
                ('name_from', models.CharField(blank=True, choices=[('code', 'tên nằm trong mã'), ('app', 'tên hiện trong ứng dụng ngân hàng, người kiểm tra chép lại')], max_length=4)),
                ('name_match', models.CharField(choices=[('same', 'đúng tên chủ sạp'), ('near', 'gần giống tên chủ sạp'), ('other', 'tên người khác'), ('unknown', 'chưa biết tên chủ tài khoản')], max_length=8)),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('code', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='of_check', to='onboarding.paymentcode')),
            ],
        ),
        migrations.CreateModel(
            name='Market',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='tên chợ')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='địa chỉ')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('commune', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='NameDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_same', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('check_row', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='onboarding.codecheck')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Stall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, verbose_name='số sạp')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stalls', to='onboarding.market')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='MonthUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('did_use', models.BooleanField(null=True)),
                ('payments', models.PositiveIntegerField(null=True)),
                ('told_by', models.CharField(choices=[('holder', 'chủ sạp tự khai'), ('market', 'ban quản lý chợ khai')], max_length=8)),
                ('at', models.DateTimeField()),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stall', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='month_uses', to='onboarding.stall')),
            ],
        ),
        migrations.AddField(
            model_name='codecheck',
            name='stall',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='onboarding.stall'),
        ),
        migrations.CreateModel(
            name='Stallholder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('full_name', models.CharField(max_length=120, verbose_name='họ tên chủ sạp')),
                ('phone', core.kit.encryption.EncryptedTextField(blank=True, default='')),
                ('phone_index', core.kit.encryption.BlindIndexField(blank=True, db_index=True, default='', editable=False, max_length=32, of='phone', purpose='phone')),
                ('notice', models.PositiveSmallIntegerField()),
                ('agreed_how', models.CharField(blank=True, choices=[('spoken', 'nghe đọc và nói đồng ý'), ('paper', 'ký trên giấy')], max_length=10)),
                ('agreed_at', models.DateTimeField(null=True)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('household', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onboarding.household')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stall', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holders', to='onboarding.stall')),
            ],
        ),
        migrations.AddField(
            model_name='codecheck',
            name='holder',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='onboarding.stallholder'),
        ),
        migrations.AddConstraint(
            model_name='market',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='market_period_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='market',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('commune', 'name'), name='market_name_once_while_open'),
        ),
        migrations.AddConstraint(
            model_name='stall',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='stall_period_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='stall',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('market', 'number'), name='stall_number_once_while_open'),
        ),
        migrations.AddIndex(
            model_name='monthuse',
            index=models.Index(fields=['stall', 'month', '-at'], name='month_use_latest'),
        ),
        migrations.AddConstraint(
            model_name='monthuse',
            constraint=models.CheckConstraint(condition=models.Q(('payments__isnull', True), models.Q(('did_use', True), ('payments__gte', 1)), _connector='OR'), name='month_use_counts_what_was_used'),
        ),
        migrations.AddConstraint(
            model_name='stallholder',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='stallholder_period_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='stallholder',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('stall',), name='stallholder_one_while_open'),
        ),
        migrations.AddConstraint(
            model_name='stallholder',
            constraint=models.CheckConstraint(condition=models.Q(('phone_index', ''), ('agreed_at__isnull', False), _connector='OR'), name='stallholder_phone_needs_agreement'),
        ),
        migrations.AddConstraint(
            model_name='stallholder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_at__isnull', True), ('agreed_how', '')), models.Q(('agreed_at__isnull', False), models.Q(('agreed_how', ''), _negated=True)), _connector='OR'), name='stallholder_agreement_says_how'),
        ),
        migrations.AddIndex(
            model_name='codecheck',
            index=models.Index(fields=['stall', '-at'], name='code_check_latest'),
        ),
        migrations.AddConstraint(
            model_name='codecheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code__isnull', False), ('finding', 'read')), models.Q(models.Q(('finding', 'read'), _negated=True), ('code__isnull', True), ('crc_is_right', False), ('name_match', 'unknown')), _connector='OR'), name='code_check_says_what_was_read'),
        ),
        migrations.AddConstraint(
            model_name='codecheck',
            constraint=models.CheckConstraint(condition=models.Q(('name_match', 'unknown'), models.Q(('holder__isnull', False), models.Q(('name_from', ''), _negated=True)), _connector='OR'), name='code_check_compares_two_names'),
        ),
        AppendOnlyTrigger("codecheck"),
        AppendOnlyTrigger("namedecision"),
        AppendOnlyTrigger("monthuse"),
    ]
