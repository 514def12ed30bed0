"""Who may open accounts in batches, and for which households a platform may be asked.

The people of a platform (`/san/`) are not among them: their role is bound to no platform and to no place, so this door
would show them the phones of the whole country. The commune hands them one sheet, with its own households on it.
"""

from __future__ import annotations

from django.db import models

from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.producers.models import ProducerKind

OPENERS = (Role.COMMUNE,)
READERS = (Role.COMMUNE, Role.PROVINCE)
# The producers that are the household itself; a company or cooperative opens its account by its own people.
HOUSEHOLD_KINDS = (ProducerKind.FARM_HOUSEHOLD, ProducerKind.BUSINESS_HOUSEHOLD)
LINES_AT_MOST = 500  # more is another batch: a person at the platform works through it


class LeftOut(models.TextChoices):
    """Why a household is not put into a batch."""

    HAS_ACCOUNT = "has_account", "đã có gian hàng trên sàn này"
    WAITING = "waiting", "đang chờ sàn trả lời ở một lô khác"
    NO_PRODUCER = "no_producer", "chưa ghi là người bán"
    NO_CONSENT = "no_consent", "chưa đồng ý gửi thông tin cho sàn"
    NO_PHONE = "no_phone", "không có điện thoại riêng của chủ hộ; sàn gửi mã xác nhận vào số này"
    SHARED_PHONE = "shared_phone", "số điện thoại đang ghi cho nhiều hộ; mỗi số chỉ mở được một gian hàng"


def can_open(viewer: Viewer, commune: Unit) -> bool:
    """Whether this person may make batches for households of the commune, take their sheets and bring results."""
    return viewer.is_system or viewer.covers(commune, *OPENERS)
