"""Entering where our categories belong on a platform, and keeping the tree that it tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from core.audit.actions import record
from core.jobs.actions import enqueue
from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer
from market.goods.models import Category
from market.platforms.contract import RemoteCategory
from market.platforms.models import PlatformCategory, PlatformTreeNode
from onboarding.accounts.models import Platform

READ_TREE, SEND_AGAIN = "platforms.read_tree", "platforms.recategorised"
TREE_IS_FRESH = timedelta(minutes=10)
_AT_ONCE = 200


@transaction.atomic
def name_category(*, platform: Platform, category: Category, code: str, name: str, by: Viewer) -> None:
    """Say which `code` (with its `name` there) a category has on a platform; an empty code takes it away. The same again
    changes nothing; another code has its goods sent there again, in the background. Raises PermissionError unless by a platform operator or SYSTEM."""
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
    if before != code:
        arguments = {"platform": platform.pk, "category": category.code}
        enqueue(SEND_AGAIN, arguments, key=f"{platform.pk}:{category.pk}")


@transaction.atomic
def ask_for_tree(*, platform: Platform) -> None:
    """Have the platform's tree read anew in the background."""
    enqueue(READ_TREE, {"platform": platform.pk}, key=str(platform.pk))


@transaction.atomic
def note_category_refused(*, platform: Platform) -> None:
    """A platform took no goods in a category: what we know of its tree may be out of date, unless it was told a moment ago."""
    recent = PlatformTreeNode.objects.filter(platform=platform, seen_at__gt=clock.now() - TREE_IS_FRESH)
    if not recent.exists():
        ask_for_tree(platform=platform)


@transaction.atomic
def keep_tree(*, platform: Platform, nodes: Sequence[RemoteCategory], by: Viewer) -> None:
    """Keep a platform's whole tree as it was just told: what is missing in it is marked as gone, what came back is there again. An empty tree is no
    tree, and changes nothing. Raises PermissionError unless by SYSTEM."""
    if not by.is_system:
        raise PermissionError
    if not nodes:
        return
    Platform.objects.select_for_update().get(pk=platform.pk)
    now = clock.now()
    rows = [
        PlatformTreeNode(
            platform=platform, code=each.code, name=each.name, parent=each.parent, is_leaf=each.is_leaf, seen_at=now
        )
        for each in nodes
    ]
    PlatformTreeNode.objects.bulk_create(
        rows,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["platform", "code"],
        update_fields=["name", "parent", "is_leaf", "seen_at", "gone_at"],
    )
    PlatformTreeNode.objects.filter(platform=platform, gone_at=None, seen_at__lt=now).update(gone_at=now)
