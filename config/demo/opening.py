"""A batch for Postmart: sent, one account opened, one refused, the others still waiting.

The household whose account was opened already sells on VoSo, so that no rate of the demo changes by it.
"""

from __future__ import annotations

import hashlib

from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.accounts.models import Platform
from onboarding.opening.actions.answers import Opened, record_opened, record_refused
from onboarding.opening.actions.batches import make_batch, mark_sent, take_sheet
from onboarding.opening.actions.confirming import confirm_results

OPENED_FOR, REFUSED_FOR = "Nguyễn Văn An", "K'Bréo"


def make_opening(*, commune: Unit, officer: Viewer, second: Viewer) -> None:
    """The batch and what came back, as the commune's officer would do it, and confirmed by a second person."""
    batch = make_batch(platform=Platform.objects.get(code="postmart"), commune=commune, hamlet=None, by=officer)
    take_sheet(batch=batch, by=officer)
    batch = mark_sent(batch=batch, by=officer)
    lines = {line.household.head_name: line for line in batch.lines.select_related("household")}
    sha256 = hashlib.sha256(b"ban mau: ket qua cua san").hexdigest()
    record_opened(line=lines[OPENED_FOR], answer=Opened("BM-0001"), sha256=sha256, by=officer)
    record_refused(line=lines[REFUSED_FOR], reason="Sai số điện thoại: số này không nhận được mã.", by=officer)
    confirm_results(batch=batch, sha256=sha256, by=second)
