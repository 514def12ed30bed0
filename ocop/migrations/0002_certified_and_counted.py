"""What issue-date, issuer and two people say of a paper; taxonomy and rulebooks; frames, targets, counts and snapshots."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from core.kit.append_only import AppendOnlyTrigger


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0019_imports_of_owners_with_attachments'),
        ('market', '0014_wishes_are_counted'),
        ('ocop', '0001_initial'),
        ('onboarding', '0026_account_activities'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.CharField(blank=True, max_length=200)),
                ('due_on', models.DateField(null=True)),
                ('assigned_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name='CertificateCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('facts', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='CertificateEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'chờ người thứ hai'), ('confirmed', 'đã xác nhận'), ('refused', 'đã trả lại'), ('withdrawn', 'người nhập đã rút')], default='waiting', max_length=9)),
                ('facts', models.JSONField()),
                ('fingerprint', models.CharField(max_length=64)),
                ('batch', models.CharField(blank=True, default='', max_length=40)),
                ('line', models.PositiveIntegerField(null=True)),
                ('entered_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Criterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('part', models.CharField(choices=[('A', 'Phần A'), ('B', 'Phần B'), ('C', 'Phần C')], max_length=1)),
                ('number', models.CharField(blank=True, max_length=12)),
                ('name', models.CharField(max_length=300)),
                ('most', models.PositiveSmallIntegerField()),
            ],
            options={
                'ordering': ['rubric', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Frame',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('source', models.CharField(choices=[('census', 'tổng điều tra'), ('review', 'danh sách rà soát của xã')], max_length=6)),
                ('document', models.CharField(blank=True, max_length=200)),
                ('count', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('signed_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('ended_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='FrameHousehold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='Option',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('points', models.PositiveSmallIntegerField()),
                ('text', models.TextField()),
                ('minimum_for', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['criterion', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Recount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=10)),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='RenewalFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('renewal', 'đánh giá lại'), ('upgrade', 'nâng hạng')], default='renewal', max_length=8)),
                ('submitted_on', models.DateField()),
                ('result', models.CharField(choices=[('pending', 'đang xét'), ('recognised', 'được công nhận'), ('refused', 'không được công nhận'), ('withdrawn', 'đã rút')], default='pending', max_length=10)),
                ('result_on', models.DateField(null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('recorded_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='RenewalNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.PositiveSmallIntegerField()),
                ('told_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Rubric',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('name', models.CharField(max_length=160)),
                ('is_sample', models.BooleanField(default=False)),
                ('knock_outs', models.JSONField(default=list)),
                ('source_sha256', models.CharField(blank=True, max_length=64)),
                ('entered_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Rulebook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=160)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('part_a', models.PositiveSmallIntegerField(null=True)),
                ('part_b', models.PositiveSmallIntegerField(null=True)),
                ('part_c', models.PositiveSmallIntegerField(null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('on', models.DateField()),
                ('definitions', models.JSONField()),
                ('map_version', models.CharField(max_length=40)),
                ('rows_count', models.PositiveIntegerField(default=0)),
                ('rows_sha256', models.CharField(blank=True, max_length=64)),
                ('figures_sha256', models.CharField(blank=True, max_length=64)),
                ('made_at', models.DateTimeField()),
                ('frozen_at', models.DateTimeField(null=True)),
                ('signed_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['-on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SnapshotFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.CharField(max_length=10)),
                ('version', models.PositiveSmallIntegerField()),
                ('unit_code', models.CharField(blank=True, max_length=5)),
                ('unit_name', models.CharField(max_length=120)),
                ('former_code', models.CharField(blank=True, max_length=5)),
                ('numerator', models.PositiveIntegerField()),
                ('denominator', models.PositiveIntegerField()),
                ('missing', models.PositiveIntegerField()),
                ('target_percent', models.PositiveSmallIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SnapshotRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=10)),
                ('subject_id', models.BigIntegerField()),
                ('unit_code', models.CharField(blank=True, max_length=5)),
                ('former_code', models.CharField(blank=True, max_length=5)),
                ('sides', models.CharField(max_length=40)),
                ('evidence_sha256', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.CharField(max_length=10)),
                ('version', models.PositiveSmallIntegerField()),
                ('on', models.DateField()),
                ('former_code', models.CharField(blank=True, default='', max_length=5)),
                ('numerator', models.PositiveIntegerField()),
                ('denominator', models.PositiveIntegerField()),
                ('missing', models.PositiveIntegerField()),
                ('counted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.CharField(max_length=10)),
                ('year', models.PositiveSmallIntegerField()),
                ('percent', models.PositiveSmallIntegerField()),
                ('document', models.CharField(max_length=200)),
                ('entered_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Taxonomy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.CharField(max_length=30, unique=True)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('source', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='TaxonomyNode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('sector', 'ngành'), ('group', 'nhóm'), ('set', 'bộ sản phẩm')], max_length=6)),
                ('number', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=160)),
                ('lead', models.CharField(blank=True, max_length=80)),
                ('is_service', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['taxonomy', 'level', 'number'],
            },
        ),
        migrations.AddField(
            model_name='certificate',
            name='confirmed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='certificate',
            name='confirmed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='certificate',
            name='entered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='certificate',
            name='issuer_level',
            field=models.CharField(blank=True, choices=[('district', 'Uỷ ban nhân dân huyện'), ('province', 'Uỷ ban nhân dân tỉnh'), ('ministry', 'Bộ Nông nghiệp và Môi trường')], default='', max_length=8),
        ),
        migrations.AddField(
            model_name='certificate',
            name='issuer_name',
            field=models.CharField(blank=True, default='', max_length=120, verbose_name='nơi cấp'),
        ),
        migrations.AddField(
            model_name='certificate',
            name='quality',
            field=models.CharField(choices=[('A', 'đã xem quyết định có chữ ký'), ('B1', 'cơ quan nhà nước đã đưa tin'), ('B2', 'mới đề nghị, chưa công nhận'), ('C', 'chủ thể tự khai')], default='B1', max_length=2),
        ),
        migrations.AddField(
            model_name='certificate',
            name='superseded_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='ocopproduct',
            name='external_code',
            field=models.CharField(blank=True, default='', max_length=60, verbose_name='mã sản phẩm OCOP'),
        ),
        migrations.AddField(
            model_name='presencelink',
            name='outside_link',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='presence_links', to='onboarding.outsidelink'),
        ),
        migrations.AlterField(
            model_name='presencelink',
            name='listing',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='presence_links', to='market.listing'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by__isnull', True), ('entered_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), models.Q(('confirmed_by', models.F('entered_by')), _negated=True)), _connector='OR'), name='certificate_takes_two'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('quality__in', ['A', 'B1', 'B2', 'C'])), name='certificate_quality_known'),
        ),
        migrations.AddConstraint(
            model_name='presencelink',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('outside_link',), name='page_linked_once_while_open'),
        ),
        migrations.AddConstraint(
            model_name='presencelink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('listing__isnull', True), ('outside_link__isnull', False)), models.Q(('listing__isnull', False), ('outside_link__isnull', True)), _connector='OR'), name='presence_link_names_one'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='assigned_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='assignment',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='assignment',
            name='household',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='onboarding.household'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='product',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='ocop.ocopproduct'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='onboarding.team'),
        ),
        migrations.AddField(
            model_name='certificatecopy',
            name='certificate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='ocop.certificate'),
        ),
        migrations.AddField(
            model_name='certificateentry',
            name='certificate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ocop.certificate'),
        ),
        migrations.AddField(
            model_name='certificateentry',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='certificateentry',
            name='entered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='certificateentry',
            name='product',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ocop.ocopproduct'),
        ),
        migrations.AddField(
            model_name='certificateentry',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit'),
        ),
        migrations.AddField(
            model_name='frame',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='frame',
            name='replaces',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='ocop.frame'),
        ),
        migrations.AddField(
            model_name='frame',
            name='signed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='frame',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit'),
        ),
        migrations.AddField(
            model_name='framehousehold',
            name='frame',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='households', to='ocop.frame'),
        ),
        migrations.AddField(
            model_name='framehousehold',
            name='household',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='frames', to='onboarding.household'),
        ),
        migrations.AddField(
            model_name='option',
            name='criterion',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='ocop.criterion'),
        ),
        migrations.AddField(
            model_name='recount',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.unit'),
        ),
        migrations.AddField(
            model_name='renewalfile',
            name='certificate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='renewal_files', to='ocop.certificate'),
        ),
        migrations.AddField(
            model_name='renewalfile',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='renewalnotice',
            name='certificate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='renewal_notices', to='ocop.certificate'),
        ),
        migrations.AddField(
            model_name='rubric',
            name='entered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='criterion',
            name='rubric',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='ocop.rubric'),
        ),
        migrations.AddConstraint(
            model_name='rulebook',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='rulebook_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='rulebook',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('part_a__isnull', True), ('part_b__isnull', True), ('part_c__isnull', True)), ('part_a', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.Value(100), '-', models.F('part_b')), '-', models.F('part_c'))), _connector='OR'), name='rulebook_parts_make_100'),
        ),
        migrations.AddField(
            model_name='rubric',
            name='rulebook',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rubrics', to='ocop.rulebook'),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='restates',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='restated_by', to='ocop.snapshot'),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='signed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit'),
        ),
        migrations.AddField(
            model_name='snapshotfigure',
            name='snapshot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='ocop.snapshot'),
        ),
        migrations.AddField(
            model_name='snapshotrow',
            name='snapshot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='ocop.snapshot'),
        ),
        migrations.AddField(
            model_name='tally',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit'),
        ),
        migrations.AddField(
            model_name='target',
            name='entered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='target',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit'),
        ),
        migrations.AddConstraint(
            model_name='taxonomy',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='taxonomy_runs_forward'),
        ),
        migrations.AddField(
            model_name='taxonomynode',
            name='parent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='ocop.taxonomynode'),
        ),
        migrations.AddField(
            model_name='taxonomynode',
            name='taxonomy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='nodes', to='ocop.taxonomy'),
        ),
        migrations.AddField(
            model_name='rubric',
            name='product_set',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rubrics', to='ocop.taxonomynode'),
        ),
        migrations.AddField(
            model_name='ocopproduct',
            name='product_set',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='products', to='ocop.taxonomynode'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['team', 'ended_at'], name='ocop_assign_team_id_892107_idx'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('product',), name='product_assigned_once_while_open'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('household',), name='household_assigned_once_while_open'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('household__isnull', False), ('product__isnull', True)), models.Q(('household__isnull', True), ('product__isnull', False)), _connector='OR'), name='assignment_is_about_one'),
        ),
        migrations.AddConstraint(
            model_name='certificatecopy',
            constraint=models.UniqueConstraint(fields=('certificate', 'number'), name='certificate_copy_numbered'),
        ),
        migrations.AddIndex(
            model_name='certificateentry',
            index=models.Index(fields=['state', 'unit'], name='ocop_certif_state_5aa247_idx'),
        ),
        migrations.AddIndex(
            model_name='certificateentry',
            index=models.Index(fields=['batch'], name='ocop_certif_batch_44725a_idx'),
        ),
        migrations.AddConstraint(
            model_name='certificateentry',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('fingerprint',), name='certificate_entry_waits_once'),
        ),
        migrations.AddConstraint(
            model_name='certificateentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['confirmed', 'refused']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decided_by', models.F('entered_by')), _negated=True)), _connector='OR'), name='certificate_entry_takes_two'),
        ),
        migrations.AddConstraint(
            model_name='certificateentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), ('certificate__isnull', False), _connector='OR'), name='certificate_entry_made_one'),
        ),
        migrations.AddConstraint(
            model_name='certificateentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='certificate_entry_told_why'),
        ),
        migrations.AddConstraint(
            model_name='frame',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('signed_at__isnull', False)), fields=('unit', 'year'), name='one_frame_in_force'),
        ),
        migrations.AddConstraint(
            model_name='frame',
            constraint=models.UniqueConstraint(condition=models.Q(('cancelled_at__isnull', True), ('signed_at__isnull', True)), fields=('unit', 'year'), name='one_frame_waits'),
        ),
        migrations.AddConstraint(
            model_name='frame',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signed_at__isnull', True), ('signed_by__isnull', True)), models.Q(('signed_at__isnull', False), ('signed_by__isnull', False), models.Q(('signed_by', models.F('made_by')), _negated=True)), _connector='OR'), name='frame_takes_two'),
        ),
        migrations.AddConstraint(
            model_name='frame',
            constraint=models.CheckConstraint(condition=models.Q(('replaces__isnull', True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='frame_replaced_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='framehousehold',
            constraint=models.UniqueConstraint(fields=('frame', 'household'), name='household_once_in_a_frame'),
        ),
        migrations.AddConstraint(
            model_name='option',
            constraint=models.UniqueConstraint(fields=('criterion', 'position'), name='option_position_once'),
        ),
        migrations.AddConstraint(
            model_name='option',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_for', 0), ('minimum_for__range', (3, 5)), _connector='OR'), name='option_minimum_of_a_star'),
        ),
        migrations.AddIndex(
            model_name='recount',
            index=models.Index(fields=['since'], name='ocop_recoun_since_7bd360_idx'),
        ),
        migrations.AddConstraint(
            model_name='renewalfile',
            constraint=models.UniqueConstraint(condition=models.Q(('result_on__isnull', True)), fields=('certificate',), name='renewal_file_one_under_way'),
        ),
        migrations.AddConstraint(
            model_name='renewalfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('result', 'pending'), ('result_on__isnull', True)), models.Q(models.Q(('result', 'pending'), _negated=True), ('result_on__gte', models.F('submitted_on'))), _connector='OR'), name='renewal_file_ends_with_result'),
        ),
        migrations.AddConstraint(
            model_name='renewalnotice',
            constraint=models.UniqueConstraint(fields=('certificate', 'days'), name='renewal_told_once'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=models.UniqueConstraint(fields=('rubric', 'position'), name='criterion_position_once'),
        ),
        migrations.AddConstraint(
            model_name='snapshot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signed_at__isnull', True), ('signed_by__isnull', True)), models.Q(('frozen_at__isnull', False), ('signed_at__isnull', False), ('signed_by__isnull', False), models.Q(('made_by__isnull', True), models.Q(('signed_by', models.F('made_by')), _negated=True), _connector='OR')), _connector='OR'), name='snapshot_takes_two'),
        ),
        migrations.AddConstraint(
            model_name='snapshot',
            constraint=models.CheckConstraint(condition=models.Q(('restates__isnull', True), models.Q(('note', ''), _negated=True), _connector='OR'), name='snapshot_restated_with_note'),
        ),
        migrations.AddConstraint(
            model_name='snapshotfigure',
            constraint=models.UniqueConstraint(fields=('snapshot', 'indicator', 'unit_code', 'former_code'), name='snapshot_figure_once'),
        ),
        migrations.AddConstraint(
            model_name='snapshotrow',
            constraint=models.UniqueConstraint(fields=('snapshot', 'subject', 'subject_id'), name='snapshot_row_once'),
        ),
        migrations.AddIndex(
            model_name='tally',
            index=models.Index(fields=['on', 'indicator'], name='ocop_tally_on_1cfc8d_idx'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.UniqueConstraint(condition=models.Q(('unit__isnull', False)), fields=('on', 'unit', 'indicator', 'former_code'), name='tally_once'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.UniqueConstraint(condition=models.Q(('unit__isnull', True)), fields=('on', 'indicator', 'former_code'), name='tally_once_without_unit'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.CheckConstraint(condition=models.Q(('numerator__lte', models.F('denominator'))), name='tally_numerator_is_a_part'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('indicator', 'unit', 'year'), name='target_once_a_year'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('percent__gte', 1), ('percent__lte', 100)), name='target_is_a_per_cent'),
        ),
        migrations.AddConstraint(
            model_name='taxonomynode',
            constraint=models.UniqueConstraint(fields=('taxonomy', 'level', 'number'), name='taxonomy_node_once'),
        ),
        migrations.AddConstraint(
            model_name='taxonomynode',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'sector'), ('parent__isnull', True)), models.Q(models.Q(('level', 'sector'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='taxonomy_node_stands_under_one'),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=models.UniqueConstraint(condition=models.Q(('is_sample', False)), fields=('rulebook', 'product_set', 'version'), name='rubric_version_once'),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=models.CheckConstraint(condition=models.Q(('is_sample', True), ('product_set__isnull', False), _connector='OR'), name='rubric_is_of_a_set'),
        ),
        AppendOnlyTrigger("certificatecopy"),
        AppendOnlyTrigger("framehousehold"),
        AppendOnlyTrigger("snapshotfigure"),
        AppendOnlyTrigger("snapshotrow"),
    ]
