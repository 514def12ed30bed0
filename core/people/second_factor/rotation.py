"""The secrets of second factors lie in the library's table, inside JSON: how they come under the newest field key."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from core.kit.encryption import Undecipherable, is_newest, reencrypt
from core.kit.rotation import Outcome

SECRETS = ("secret", "seed")  # of an app, of recovery codes
COLUMN = "mfa.authenticator.data"


def rotate_secrets(dry_run: bool) -> Outcome:
    """Every secret that is not under the newest key is encrypted again, one locked row at a time; may run twice."""
    outcome = Outcome(COLUMN)
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True).iterator():
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is not None:
                _rotate(row, outcome, dry_run)
    return outcome


def _rotate(row: Authenticator, outcome: Outcome, dry_run: bool) -> None:
    outcome.seen += 1
    stale = [name for name in SECRETS if name in row.data and not is_newest(row.data[name])]
    if not stale:
        return
    outcome.stale += 1
    try:
        made = {name: reencrypt(row.data[name]) for name in stale}
    except Undecipherable as problem:
        outcome.refused.append(f"{COLUMN} of row {row.pk}: {problem}")
        return
    if not dry_run:
        row.data |= made
        row.save(update_fields=["data"])
        outcome.changed += 1
