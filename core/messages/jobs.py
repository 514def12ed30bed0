"""Background work of messages."""

from __future__ import annotations

from typing import Any

from core.jobs.registry import TryLater
from core.messages import rules
from core.messages.actions.deliver import StillSending, bring_home, claim


def send_due(arguments: dict[str, Any]) -> None:
    """The job "messages.send" with {"message": number}: send it if it is due. May run twice, may be killed anywhere.

    Raises TryLater while another worker may be at it.
    """
    try:
        claimed = claim(arguments["message"])
    except StillSending as busy:
        raise TryLater("Tin này có thể đang được gửi.", "still_sending", after=rules.LEASE) from busy
    if claimed is None:
        return
    message = claimed.message
    result = claimed.adapter.send(message.address, message.text, str(message.reference), title=message.title)
    bring_home(claimed, result)
