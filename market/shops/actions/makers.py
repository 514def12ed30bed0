"""Whose goods a cooperative's shop sells: asked by the shop, answered by the producer."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from core.events.registry import emit
from core.kit import clock
from core.messages.actions import send_message
from core.people.queries import Viewer
from market.shops.actions.shared import held_by_owner, note
from market.shops.events import MakerEnded
from market.shops.kinds import MAKER_ANSWERED, MAKER_ASKED
from market.shops.models import Shop, ShopMaker
from market.shops.rules import can_answer_for_maker, may_have_makers
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent
from onboarding.producers.models import Producer
from onboarding.producers.queries import people_of

_NOT_AGREED = "Nhà này chưa đồng ý đưa tên lên trang công khai. Hãy hỏi họ và ghi ý kiến trước."


class MakerRefused(ValueError):
    """It makes no sense as asked; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def add_maker(*, shop: Shop, producer: Producer, by: Viewer) -> ShopMaker:
    """Ask a producer of the commune whether the shop may sell their goods under their name. Nothing of theirs is shown or
    used before they say yes; their people are told. Raises NotYourProducer, OnlyTheOwner, MakerRefused (not a shop of
    several, itself, of another commune, not agreed to be shown, there already)."""
    shop = held_by_owner(shop, by)
    if not may_have_makers(shop.producer):
        raise MakerRefused("Chỉ hợp tác xã, tổ hợp tác, hội và công ty bán hàng của nhiều nhà.")
    if producer.pk == shop.producer_id:
        raise MakerRefused("Đây chính là chủ gian hàng, không cần thêm.")
    if producer.commune_id != shop.producer.commune_id:
        raise MakerRefused("Chỉ thêm được nhà ở cùng xã với gian hàng.")
    if not has_consent(producer, Purpose.PUBLICATION):
        raise MakerRefused(_NOT_AGREED)
    if shop.makers.filter(producer=producer, valid_to__isnull=True).exists():
        raise MakerRefused("Nhà này đã có trong gian hàng.")
    maker = ShopMaker.objects.create(shop=shop, producer=producer, valid_from=clock.today(), added_by_id=by.user_id)
    note("shop.maker_added", shop, by, {"nhà sản xuất": ("", producer.name)})
    for user in people_of(producer.pk):
        send_message(
            MAKER_ASKED.code,
            user=user,
            context={"shop": shop.name, "owner": shop.producer.name, "maker": producer.name},
            key=f"shop_maker:{maker.pk}",
            link=reverse("maker_asks"),
            by=by,
        )
    return maker


@transaction.atomic
def confirm_maker(*, maker: ShopMaker, by: Viewer) -> ShopMaker:
    """The producer says yes: from today the shop sells their goods under their name and may show their papers. Raises
    PermissionError, MakerRefused when it was ended meanwhile or they do not agree to be shown; twice is harmless."""
    maker = _held(maker)
    if not can_answer_for_maker(by, maker):
        raise PermissionError
    if maker.valid_to is not None:
        raise MakerRefused("Gian hàng không còn hỏi nữa.")
    if not has_consent(maker.producer, Purpose.PUBLICATION):
        raise MakerRefused(_NOT_AGREED)
    if maker.confirmed_at is None:
        maker.confirmed_at, maker.confirmed_by_id, maker.valid_from = clock.now(), by.user_id, clock.today()
        maker.save(update_fields=["confirmed_at", "confirmed_by", "valid_from"])
        note("shop.maker_confirmed", maker.shop, by, {"nhà sản xuất": ("", maker.producer.name)})
        _tell_shop(maker, by, agreed=True)
    return maker


@transaction.atomic
def refuse_maker(*, maker: ShopMaker, by: Viewer) -> ShopMaker:
    """The producer says no, or takes their yes back: from today the shop sells nothing of theirs. Raises PermissionError;
    twice is harmless."""
    maker = _held(maker)
    if not can_answer_for_maker(by, maker):
        raise PermissionError
    if maker.valid_to is None:
        _end(maker, "shop.maker_refused", by)
        _tell_shop(maker, by, agreed=False)
    return maker


@transaction.atomic
def end_maker(*, maker: ShopMaker, by: Viewer) -> ShopMaker:
    """From today on the shop sells nothing new of this producer. Raises NotYourProducer, OnlyTheOwner; twice is harmless."""
    held_by_owner(maker.shop, by)
    maker = _held(maker)
    if maker.valid_to is None:
        _end(maker, "shop.maker_ended", by)
    return maker


def _held(maker: ShopMaker) -> ShopMaker:
    # The shop before its makers, as in adding one.
    Shop.objects.select_for_update().get(pk=maker.shop_id)
    rows = ShopMaker.objects.select_for_update(of=("self",))
    return rows.select_related("shop__producer__commune__parent", "producer__commune__parent").get(pk=maker.pk)


def _end(maker: ShopMaker, word: str, by: Viewer) -> None:
    maker.valid_to = clock.today()
    maker.save(update_fields=["valid_to"])
    note(word, maker.shop, by, {"nhà sản xuất": (maker.producer.name, "")})
    emit(MakerEnded(maker.shop_id, maker.producer_id))


def _tell_shop(maker: ShopMaker, by: Viewer, *, agreed: bool) -> None:
    for user in people_of(maker.shop.producer_id):
        send_message(
            MAKER_ANSWERED.code,
            user=user,
            context={"maker": maker.producer.name, "shop": maker.shop.name, "agreed": int(agreed)},
            key=f"shop_maker:{maker.pk}:{int(agreed)}",
            link=reverse("seller_shop_makers"),
            by=by,
        )
