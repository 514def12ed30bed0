"""Claiming accounts and links on platforms, and adding what was seen there."""

from __future__ import annotations

import hashlib
import json
import re
from urllib.parse import urlsplit, urlunsplit

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from onboarding.accounts.models import Observation, OutsideLink, Platform, PlatformAccount
from onboarding.producers.models import Producer
from onboarding.producers.queries import on_behalf_of

MAX_LINK = 400  # as long as the column


class OwnClaim(PermissionError):
    """Somebody would confirm a link or an account that they claimed themselves."""


class LinkRefused(Exception):
    """The address cannot be this platform's product page of this producer; the message is for people."""


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


@transaction.atomic
def claim_account(*, platform: Platform, producer: Producer, by: Viewer, seller_id: str = "") -> PlatformAccount:
    """The producer's open account on the platform, made if it is not there yet. A claim proves nothing."""
    account, made = PlatformAccount.objects.get_or_create(
        platform=platform,
        producer=producer,
        closed_on=None,
        defaults={"seller_id": seller_id, "claimed_by_id": by.user_id, "claimed_at": clock.now()},
    )
    if made:
        record(
            "platform_account.claimed",
            actor_id=by.user_id,
            object_label=f"platform_account:{account.pk}",
            unit_code=producer.commune.code,
            changes={"mã người bán": ("", seller_id)},
            **on_behalf_of(by, producer.pk),
        )
    return account


@transaction.atomic
def claim_link(*, account: PlatformAccount, url: str, by: Viewer) -> OutsideLink:
    """The link with this normalised address. Raises LinkRefused if it is no product page of the platform or is
    already another account's."""
    normal = normalise_link(url)
    pattern = account.platform.link_pattern
    if pattern and not re.search(pattern, normal):
        raise LinkRefused(
            f"Đây không phải liên kết sản phẩm trên {account.platform.name}. Hãy mở trang sản phẩm rồi chép lại."
        )
    try:
        with transaction.atomic():
            link, _ = OutsideLink.objects.get_or_create(
                platform=account.platform,
                url=normal,
                defaults={"account": account, "claimed_by_id": by.user_id, "claimed_at": clock.now()},
            )
    except IntegrityError:
        link = OutsideLink.objects.get(platform=account.platform, url=normal)
    if link.account_id != account.pk:
        raise LinkRefused("Liên kết này đã được ghi cho một gian hàng khác.")
    return link


@transaction.atomic
def observe(
    *,
    link: OutsideLink,
    result: str,
    observer: str,
    by: Viewer,
    seen_title: str = "",
    seen_price: int | None = None,
) -> Observation:
    """Add what was seen at a link just now. The hash is over the facts kept, so a changed row shows.

    Raises OwnClaim when a person would say "live" of a link, or of a link of an account, that they claimed themselves.
    """
    if observer == Observation.Observer.PERSON and result == Observation.Result.LIVE and is_claimant(by, link):
        raise OwnClaim
    now = clock.now()
    facts = [link.url, result, now.isoformat(), seen_title, seen_price]
    seen = Observation.objects.create(
        link=link,
        at=now,
        observer=observer,
        observed_by_id=by.user_id,
        result=result,
        seen_title=seen_title[:200],
        seen_price=seen_price,
        evidence_hash=hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest(),
    )
    record(
        "link.observed",
        actor_id=by.user_id,
        object_label=f"outside_link:{link.pk}",
        changes={"điều đã thấy": ("", str(seen.get_result_display()))},
    )
    return seen


def is_claimant(viewer: Viewer, link: OutsideLink) -> bool:
    """Whether this person claimed the link or the account it belongs to. (A trigger says the same.)"""
    return viewer.user_id is not None and viewer.user_id in {link.claimed_by_id, link.account.claimed_by_id}
