"""The trail gets its chain, its erasable details, and the database's own refusal to change it."""

import django.db.models.deletion
from django.db import migrations, models

import core.kit.encryption
from core.kit.append_only import AppendOnlyTrigger


class Migration(migrations.Migration):
    dependencies = [("core", "0002_grants_end_and_are_reviewed")]
    operations = [
        migrations.AddField("auditentry", "digest", models.CharField(blank=True, max_length=64)),
        migrations.AddField("auditentry", "request_id", models.CharField(blank=True, max_length=40)),
        migrations.AddIndex("auditentry", models.Index(fields=["actor_id"], name="core_audite_actor_i_90551b_idx")),
        migrations.AddIndex("auditentry", models.Index(fields=["unit_code"], name="core_audite_unit_co_6c1b3c_idx")),
        migrations.CreateModel(
            name="AuditDetail",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="detail",
                        serialize=False, to="core.auditentry",
                    ),
                ),
                ("salt", models.CharField(max_length=32)),
                ("text", core.kit.encryption.EncryptedTextField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seal", to="core.auditentry"
                    ),
                ),
                ("hash", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            "auditseal",
            models.CheckConstraint(condition=models.Q(("position__gte", 1)), name="audit_seal_counts_from_one"),
        ),
        AppendOnlyTrigger("auditentry"),
        AppendOnlyTrigger("auditseal"),
    ]
