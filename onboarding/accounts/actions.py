"""Claiming accounts and links on platforms, and adding what was seen there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.kit import clock, phones
from core.people.queries import Viewer
from onboarding.accounts.models import AccountReport, Observation, OpenedBy, OutsideLink, Platform, PlatformAccount
from onboarding.accounts.rules import can_keep_account
from onboarding.producers.models import Producer
from onboarding.producers.queries import on_behalf_of

MAX_LINK = 400  # as long as the column


class OwnClaim(PermissionError):
    """Somebody would confirm a link or an account that they claimed themselves."""


class AccountRefused(Exception):
    """The account cannot be kept so; the message is for people."""


class SellerTaken(AccountRefused):
    """The seller id belongs to another open account."""

    def __init__(self) -> None:
        super().__init__("Mã người bán này đã được ghi cho một gian hàng khác.")


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
            _refuse_taken(account, said.seller_id)
        for name, value in new.items():
            setattr(account, name, value)
        account.save(update_fields=[*new, *(["phone_index"] if "phone" in new else [])])
    if made or new:
        changes = {"mã người bán": ("", account.seller_id)} | _told(new)
        _note("platform_account.claimed" if made else "platform_account.changed", account, by, changes)
    return account


def _refuse_taken(account: PlatformAccount, seller_id: str) -> None:
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


@transaction.atomic
def report_account(
    *,
    account: PlatformAccount,
    result: str,
    reporter: str,
    by: Viewer,
    reason: str = "",
    source_sha256: str = "",
) -> AccountReport:
    """Add what a platform (in a file with this SHA-256) or a person said about an account. See `rules.state_on` for what
    it does to the state."""
    said = AccountReport.objects.create(
        account=account,
        at=clock.now(),
        reporter=reporter,
        reported_by_id=by.user_id,
        result=result,
        reason=reason[:300],
        source_sha256=source_sha256,
    )
    words = f"{said.get_reporter_display()}: {said.get_result_display()}"
    _note("platform_account.reported", account, by, {"điều được báo": ("", f"{words}. {reason}".strip(". ") + ".")})
    return said


@transaction.atomic
def close_account(*, account: PlatformAccount, on: date, reason: str, by: Viewer) -> PlatformAccount:
    """From `on` (today or earlier) the account is closed, for a reason people can read. Raises PermissionError, and
    AccountRefused with what to do; an account that is closed already stays as it is."""
    account = _locked(account.pk)
    if not can_keep_account(by, account.producer):
        raise PermissionError
    if account.closed_on is not None:
        return account
    if not reason.strip():
        raise AccountRefused("Hãy ghi lý do đóng gian hàng.")
    if on > clock.today() or (account.opened_on is not None and on < account.opened_on):
        raise AccountRefused("Ngày đóng phải từ ngày mở đến hôm nay. Hãy chọn lại.")
    report_account(
        account=account,
        result=AccountReport.Result.CLOSED,
        reporter=AccountReport.Reporter.PERSON,
        reason=reason.strip(),
        by=by,
    )
    account.closed_on = on
    account.save(update_fields=["closed_on"])
    _note("platform_account.closed", account, by, {"lý do": ("", reason.strip()), "ngày đóng": ("", f"{on:%d/%m/%Y}")})
    return account


@transaction.atomic
def reopen_account(*, account: PlatformAccount, by: Viewer) -> PlatformAccount:
    """The account is open again, as somebody says: claimed, until it is seen or named by the platform. The days in
    between stay closed. Raises PermissionError, AccountRefused."""
    account = _locked(account.pk)
    if not can_keep_account(by, account.producer):
        raise PermissionError
    before = account.closed_on
    last = account.reports.order_by("-at", "-pk").values_list("result", flat=True).first()
    if before is None and last != AccountReport.Result.CLOSED:
        return account
    same = PlatformAccount.objects.filter(platform=account.platform_id, producer=account.producer_id, closed_on=None)
    if same.exclude(pk=account.pk).exists():
        raise AccountRefused("Chủ thể này đã có gian hàng khác đang mở trên sàn. Hãy đóng gian hàng đó trước.")
    if account.seller_id:
        _refuse_taken(account, account.seller_id)
    account.closed_on = None
    account.save(update_fields=["closed_on"])
    report_account(account=account, result=AccountReport.Result.OPENED, reporter=AccountReport.Reporter.PERSON, by=by)
    _note("platform_account.reopened", account, by, {"ngày đóng": (f"{before:%d/%m/%Y}" if before else "", "")})
    return account


def _locked(pk: int) -> PlatformAccount:
    rows = PlatformAccount.objects.select_for_update(of=("self",)).select_related("platform", "producer__commune")
    return rows.get(pk=pk)


def _told(new: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    told = {}
    if "opened_on" in new:
        told["ngày mở"] = ("", f"{new['opened_on']:%d/%m/%Y}")
    if "opened_by" in new:
        told["người mở"] = ("", str(OpenedBy(new["opened_by"]).label))
    if "phone" in new:
        told["số điện thoại đã dùng"] = ("", phones.masked(new["phone"]))
    return told


def _note(word: str, account: PlatformAccount, by: Viewer, changes: Mapping[str, tuple[str, str]]) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"platform_account:{account.pk}",
        unit_code=account.producer.commune.code,
        changes=changes,
        **on_behalf_of(by, account.producer_id),
    )


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
