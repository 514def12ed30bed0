"""The number of a household business's paper may be its owner's personal number: papers' numbers are encrypted."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import Q

from core.kit.encryption import BlindIndexField, EncryptedTextField, blind_index


def seal(apps: Any, _editor: Any) -> None:
    """number → sealed, with its blind index."""
    papers = apps.get_model("onboarding", "Paper").objects
    for pk, number in papers.values_list("pk", "number"):
        papers.filter(pk=pk).update(sealed=number, number_index=blind_index(number, "paper_number"))


def unseal(apps: Any, _editor: Any) -> None:
    """sealed → number."""
    papers = apps.get_model("onboarding", "Paper").objects
    for pk, number in papers.values_list("pk", "sealed"):
        papers.filter(pk=pk).update(number=number)


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0021_memberships_know_when")]
    operations = [
        migrations.RemoveConstraint("paper", "paper_kept_once"),
        migrations.AddField("paper", "sealed", EncryptedTextField(default="")),
        migrations.AddField("paper", "number_index", BlindIndexField(of="number", purpose="paper_number", default="")),
        # With a default, so that the way back finds something to put there.
        migrations.AlterField("paper", "number", models.CharField(max_length=80, default="")),
        migrations.RunPython(seal, unseal),
        migrations.RemoveField("paper", "number"),
        migrations.RenameField("paper", "sealed", "number"),
        migrations.AlterField("paper", "number", EncryptedTextField()),
        migrations.AddConstraint(
            "paper",
            models.UniqueConstraint(
                condition=Q(("withdrawn_at__isnull", True)),
                fields=("producer", "kind", "number_index"),
                name="paper_kept_once",
            ),
        ),
    ]
