"""Entering where our categories belong on a platform."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.people.models import Role
from core.people.queries import Viewer
from market.goods.models import Category
from market.platforms.models import PlatformCategory
from onboarding.accounts.models import Platform


@transaction.atomic
def name_category(*, platform: Platform, category: Category, code: str, name: str, by: Viewer) -> None:
    """Say which `code` (with its `name` there) a category has on a platform; an empty code takes it away. The same again
    changes nothing. Raises PermissionError unless by a platform operator or SYSTEM."""
    if not (by.is_system or by.has_role(Role.PLATFORM_OPERATOR)):
        raise PermissionError
    Platform.objects.select_for_update().get(pk=platform.pk)
    held = PlatformCategory.objects.filter(platform=platform, category=category).first()
    before = held.code if held else ""
    if (before, held.name if held else "") == (code, name if code else ""):
        return
    if not code:
        PlatformCategory.objects.filter(platform=platform, category=category).delete()
    else:
        PlatformCategory.objects.update_or_create(
            platform=platform, category=category, defaults={"code": code, "name": name}
        )
    record(
        "platform.category_named",
        actor_id=by.user_id,
        object_label=f"platform:{platform.code}",
        changes={category.name: (before, code)},
    )
