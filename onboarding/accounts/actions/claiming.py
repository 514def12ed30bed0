"""Claiming accounts and links on platforms. A claim proves nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import IntegrityError, transaction

from core.kit import clock, phones
from core.people.queries import Viewer
from onboarding.accounts.actions.refusals import LinkRefused, SellerTaken
from onboarding.accounts.actions.trail import note
from onboarding.accounts.models import OpenedBy, OutsideLink, Platform, PlatformAccount
from onboarding.producers.models import Producer

MAX_LINK = 400  # as long as the column


def normalise_link(url: str) -> str:
    """The address without scheme differences, "www.", tracking parameters, fragment and last slash.
    Raises LinkRefused.

    Product pages of the platforms we know carry their number in the path, so the whole query is dropped.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:  # brackets or a port that are none
        raise LinkRefused("Liên kết này chưa đúng. Hãy mở trang sản phẩm rồi chép lại.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or ":" in parts.hostname:
        raise LinkRefused("Liên kết phải bắt đầu bằng https:// và tên sàn.")
    host = parts.hostname.lower().removeprefix("www.")
    netloc = f"{host}:{port}" if port not in {None, 80, 443} else host
    scheme = "http" if host in {"127.0.0.1", "localhost"} else "https"
    normal = urlunsplit((scheme, netloc, parts.path.rstrip("/"), "", ""))
    if len(normal) > MAX_LINK:
        raise LinkRefused("Liên kết này quá dài. Hãy mở trang sản phẩm rồi chép lại.")
    return normal


def checked_link(platform: Platform, url: str, kind: str) -> str:
    """The normalised address, if it can be a page of this kind on the platform. Raises LinkRefused."""
    normal = normalise_link(url)
    is_shop = kind == OutsideLink.Kind.SHOP
    pattern = platform.shop_link_pattern if is_shop else platform.link_pattern
    if pattern and not re.search(pattern, normal):
        what = "gian hàng" if is_shop else "sản phẩm"
        raise LinkRefused(f"Đây không phải liên kết {what} trên {platform.name}. Hãy mở trang {what} rồi chép lại.")
    return normal


@dataclass(frozen=True)
class AccountFacts:
    """What is said about an account; "" and None: not said. `phone` is the E.164 number it was opened with, `opened_by` one
    of `OpenedBy`."""

    seller_id: str = ""
    opened_on: date | None = None
    opened_by: str = ""
    phone: str = ""


@transaction.atomic
def claim_account(
    *, platform: Platform, producer: Producer, by: Viewer, seller_id: str = "", facts: AccountFacts | None = None
) -> PlatformAccount:
    """The producer's open account on the platform, made if it is not there yet. A claim proves nothing.

    What was not known of it yet is filled in from `facts`; what is known stays. Raises SellerTaken when the seller id
    is another open account's.
    """
    said = facts or AccountFacts(seller_id=seller_id)
    account, made = PlatformAccount.objects.get_or_create(
        platform=platform,
        producer=producer,
        closed_on=None,
        defaults={"claimed_by_id": by.user_id, "claimed_at": clock.now()},
    )
    new = {name: value for name, value in vars(said).items() if value and not getattr(account, name)}
    if new:
        if "seller_id" in new:
            refuse_taken(account, said.seller_id)
        for name, value in new.items():
            setattr(account, name, value)
        account.save(update_fields=[*new, *(["phone_index"] if "phone" in new else [])])
    if made or new:
        changes = {"mã người bán": ("", account.seller_id)} | _told(new)
        note("platform_account.claimed" if made else "platform_account.changed", account, by, changes)
    return account


def refuse_taken(account: PlatformAccount, seller_id: str) -> None:
    """Raises SellerTaken when the seller id is another open account's on the same platform."""
    others = PlatformAccount.objects.filter(platform=account.platform_id, seller_id=seller_id, closed_on=None)
    if others.exclude(pk=account.pk).exists():
        raise SellerTaken


@transaction.atomic
def claim_link(*, account: PlatformAccount, url: str, by: Viewer, kind: str = OutsideLink.Kind.PRODUCT) -> OutsideLink:
    """The link with this normalised address: a product's page, or with `kind` shop the shop's own. Raises LinkRefused if
    it is no such page of the platform or is already another account's."""
    normal = checked_link(account.platform, url, kind)
    try:
        with transaction.atomic():
            link, _ = OutsideLink.objects.get_or_create(
                platform=account.platform,
                url=normal,
                defaults={
                    "account": account,
                    "kind": kind,
                    "claimed_by_id": by.user_id,
                    "claimed_at": clock.now(),
                },
            )
    except IntegrityError:
        link = OutsideLink.objects.get(platform=account.platform, url=normal)
    if link.account_id != account.pk:
        raise LinkRefused("Liên kết này đã được ghi cho một gian hàng khác.")
    return link


def _told(new: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    told = {}
    if "opened_on" in new:
        told["ngày mở"] = ("", f"{new['opened_on']:%d/%m/%Y}")
    if "opened_by" in new:
        told["người mở"] = ("", str(OpenedBy(new["opened_by"]).label))
    if "phone" in new:
        told["số điện thoại đã dùng"] = ("", phones.masked(new["phone"]))
    return told
