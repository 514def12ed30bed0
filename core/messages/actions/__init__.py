"""Every write of messages. What other slices need is here; the engine's own steps are in `deliver`."""

from core.messages.actions.choices import choose, take_inbound_sms
from core.messages.actions.keep import erase_old_texts, mark_all_read, mark_read
from core.messages.actions.write import send_message

__all__ = ["choose", "erase_old_texts", "mark_all_read", "mark_read", "send_message", "take_inbound_sms"]
