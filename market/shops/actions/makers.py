"""Whose goods a cooperative's shop sells."""

from __future__ import annotations

from django.db import transaction

from core.kit import clock
from core.people.queries import Viewer
from market.shops.actions.shared import held_by_owner, note
from market.shops.models import Shop, ShopMaker
from market.shops.rules import may_have_makers
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent
from onboarding.producers.models import Producer


class MakerRefused(ValueError):
    """It makes no sense as asked; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def add_maker(*, shop: Shop, producer: Producer, by: Viewer) -> ShopMaker:
    """From today on the shop sells this producer's goods too, under their name. Raises NotYourProducer, OnlyTheOwner,
    MakerRefused (not a shop of several, itself, not agreed to be shown, there already)."""
    shop = held_by_owner(shop, by)
    if not may_have_makers(shop.producer):
        raise MakerRefused("Chỉ hợp tác xã, tổ hợp tác, hội và công ty bán hàng của nhiều nhà.")
    if producer.pk == shop.producer_id:
        raise MakerRefused("Đây chính là chủ gian hàng, không cần thêm.")
    if not has_consent(producer, Purpose.PUBLICATION):
        raise MakerRefused("Nhà này chưa đồng ý đưa tên lên trang công khai. Hãy hỏi họ và ghi ý kiến trước.")
    if shop.makers.filter(producer=producer, valid_to__isnull=True).exists():
        raise MakerRefused("Nhà này đã có trong gian hàng.")
    maker = ShopMaker.objects.create(shop=shop, producer=producer, valid_from=clock.today(), added_by_id=by.user_id)
    note("shop.maker_added", shop, by, {"nhà sản xuất": ("", producer.name)})
    return maker


@transaction.atomic
def end_maker(*, maker: ShopMaker, by: Viewer) -> ShopMaker:
    """From today on the shop sells nothing new of this producer. Raises NotYourProducer, OnlyTheOwner; twice is harmless."""
    shop = held_by_owner(maker.shop, by)
    maker = ShopMaker.objects.select_related("producer").get(pk=maker.pk)
    if maker.valid_to is None:
        maker.valid_to = clock.today()
        maker.save(update_fields=["valid_to"])
        note("shop.maker_ended", shop, by, {"nhà sản xuất": (maker.producer.name, "")})
    return maker
