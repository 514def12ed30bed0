"""Reading shops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.kit.text import fold_words
from core.people.models import Role
from core.people.queries import Viewer
from core.people.reveal.registry import Revealed
from core.places.models import in_force
from market.shops.models import Shop, ShopMaker
from market.shops.rules import can_set_bank_account
from market.shops.wording import NO_ACCOUNT, WORDS, Step
from onboarding.consent.models import Purpose
from onboarding.consent.queries import agreeing, has_consent
from onboarding.producers.models import Producer
from onboarding.producers.queries import owned, producers_at_work, producers_of

SHOWN = (Shop.State.OPEN, Shop.State.PAUSED)


def shop_of(viewer: Viewer) -> Shop | None:
    """The shop this person works in: the first of the producers they work for now that has one."""
    return (
        Shop.objects.filter(producer__in=producers_at_work(viewer))
        .select_related("producer", "producer__commune", "producer__commune__parent", "cover")
        .order_by("pk")
        .first()
    )


def producer_without_shop(viewer: Viewer) -> Producer | None:
    """The first producer of this person that could open a shop."""
    return producers_at_work(viewer).filter(shop__isnull=True).first()


def open_shop_by_slug(slug: str) -> Shop | None:
    """The open or paused shop at this public address."""
    return (
        Shop.objects.filter(state__in=SHOWN)
        .select_related("producer", "producer__commune", "producer__commune__parent", "cover")
        .filter(slug=slug)
        .first()
    )


@dataclass(frozen=True)
class StepState:
    """A step of the checklist: what it is called, whether it is done, and if not what is missing."""

    step: Step
    label: str
    is_done: bool
    missing: str


def checklist(shop: Shop) -> list[StepState]:
    """The five steps in their order; two queries."""
    has_goods, sends = shop.main_goods.exists(), shop.delivery.exists()
    pays = shop.takes_cash or shop.takes_transfer or shop.takes_vnpay
    done = {
        Step.WHO: bool(shop.name),
        Step.WHERE: bool(shop.pickup_address),
        Step.WHAT: has_goods,
        Step.PAY: pays and (not shop.takes_transfer or bool(shop.bank_account)),
        Step.SEND: sends,
    }
    no_account = shop.takes_transfer and not shop.bank_account
    return [
        StepState(
            step,
            str(WORDS[step].label),
            is_done,
            "" if is_done else str(NO_ACCOUNT if step is Step.PAY and no_account else WORDS[step].missing),
        )
        for step, is_done in done.items()
    ]


def shop_todos(viewer: Viewer) -> Iterable[Todo]:
    """A shop that is being prepared, or complete and not opened yet."""
    shop = shop_of(viewer)
    if shop is None or shop.state != Shop.State.DRAFT:
        return
    missing = [state for state in checklist(shop) if not state.is_done]
    if missing:
        where = reverse("seller_shop_step", args=[missing[0].step])
        words = ", ".join(state.label.lower() for state in missing)
        yield Todo(f"Gian hàng chưa mở. Còn các bước: {words}.", where, "Làm tiếp", 1, "warn")
    else:
        yield Todo("Gian hàng đã đủ năm bước, chưa mở.", reverse("seller_shop"), "Mở gian hàng", 1, "warn")


def missing_steps(shop: Shop) -> list[Step]:
    """The steps that keep the shop from opening; two queries."""
    return [state.step for state in checklist(shop) if not state.is_done]


def makers_of(shop: Shop) -> QuerySet[ShopMaker]:
    """The producers whose goods the shop sells today besides its own, by name: only those who have said yes to this shop
    and agree today to be shown. One query with their producer and commune."""
    rows = ShopMaker.objects.filter(in_force(clock.today()), shop=shop, confirmed_at__isnull=False)
    rows = rows.filter(agreeing(Purpose.PUBLICATION, of="producer"))
    return rows.select_related("producer__commune__parent").order_by("producer__name", "pk")


def asks_of(viewer: Viewer) -> QuerySet[ShopMaker]:
    """The shops that ask or have a yes of the producers this person works for now, those that wait first."""
    rows = ShopMaker.objects.filter(producer__in=producers_at_work(viewer), valid_to__isnull=True)
    return _with_both(rows).order_by(F("confirmed_at").asc(nulls_first=True), "pk")


def asks_at_commune(viewer: Viewer) -> QuerySet[ShopMaker]:
    """Those of producers of an officer's communes whom nobody owns here: they answer on paper. Those that wait first."""
    rows = ShopMaker.objects.filter(viewer.area(Role.COMMUNE, unit_field="producer__commune"), valid_to__isnull=True)
    mine = producers_of(viewer)
    rows = rows.exclude(owned(of="producer")).exclude(producer__in=mine).exclude(shop__producer__in=mine)
    return _with_both(rows).order_by(F("confirmed_at").asc(nulls_first=True), "pk")


def shops_without_owner(viewer: Viewer) -> QuerySet[Shop]:
    """The shops of an officer's communes whose producer nobody owns here, without those they act for, by name."""
    rows = Shop.objects.filter(viewer.area(Role.COMMUNE, unit_field="producer__commune"))
    rows = rows.exclude(owned(of="producer")).exclude(producer__in=producers_of(viewer))
    return rows.select_related("producer__commune__parent").order_by("name", "pk")


def _with_both(rows: QuerySet[ShopMaker]) -> QuerySet[ShopMaker]:
    return rows.select_related("shop__producer__commune__parent", "producer__commune__parent", "added_by")


def maker_todos(viewer: Viewer) -> Iterable[Todo]:
    """For owners: a shop that wants to sell their goods. For officers: how many wait for a paper."""
    if viewer.is_signed_in:
        waiting = asks_of(viewer).filter(owned(by=viewer, of="producer"), confirmed_at__isnull=True)
        for ask in waiting[:3]:
            words = f"{ask.shop.producer.name} muốn bán hàng của bạn dưới tên bạn."
            yield Todo(words, reverse("maker_asks"), "Trả lời", 2, "warn")
    if viewer.has_role(Role.COMMUNE):
        count = asks_at_commune(viewer).filter(confirmed_at__isnull=True).count()
        if count:
            words = f"{count} nhà chờ xã ghi giấy đồng ý bán hàng qua gian hàng chung."
            yield Todo(words, reverse("commune_shops"), "Ghi giấy", 5, "wait")


def makers_held(shop: Shop) -> QuerySet[ShopMaker]:
    """All makers a shop has or had, those of today first: for the shop's own people."""
    rows = ShopMaker.objects.filter(shop=shop).select_related("producer__commune", "added_by")
    return rows.order_by("valid_to", "producer__name", "pk")


def is_agreed(shop: Shop) -> bool:
    """Whether the producer agrees today to be shown."""
    return has_consent(shop.producer, Purpose.PUBLICATION)


def labels_of_shops(user_id: int) -> list[str]:
    """The audit labels of the shops of the producers a person may act for today."""
    shops = Shop.objects.filter(producer__in=producers_of(Viewer(user_id))).values_list("pk", flat=True)
    return [f"shop:{number}" for number in shops]


def bank_account_of(viewer: Viewer, number: int) -> Revealed | None:
    """The bank account of a shop, for an audited look: of whoever may change it."""
    found = Shop.objects.filter(pk=number).select_related("producer__commune__parent").first()
    if found is None or not can_set_bank_account(viewer, found.producer):
        return None
    return Revealed(found.bank_account, found.name, f"shop:{found.pk}", found.producer.commune.code)


def shops_shown(*, unit: str = "", words: str = "") -> QuerySet[Shop]:
    """Open shops by name, for anybody; `unit` is the code of a commune or province, `words` stand in the name, with or
    without marks."""
    rows = Shop.objects.filter(state=Shop.State.OPEN).filter(agreeing(Purpose.PUBLICATION, of="producer"))
    if unit:
        rows = rows.filter(Q(producer__commune__code=unit) | Q(producer__commune__parent__code=unit))
    rows = rows.filter(pk__in=_named(rows, words)) if fold_words(words) else rows
    return rows.select_related("producer__commune__parent", "cover").order_by("name", "pk")


def producers_to_add(shop: Shop, words: str = "") -> QuerySet[Producer]:
    """Producers of the shop's commune who agree to be shown and are not in the shop yet, by name; `words` without regard to
    marks."""
    rows = Producer.objects.filter(agreeing(Purpose.PUBLICATION), commune_id=shop.producer.commune_id)
    rows = rows.exclude(pk=shop.producer_id).exclude(
        pk__in=ShopMaker.objects.filter(shop=shop, valid_to__isnull=True).values("producer")
    )
    rows = rows.filter(pk__in=_named(rows, words)) if fold_words(words) else rows
    return rows.order_by("name", "pk")


def _named(rows: QuerySet[Shop] | QuerySet[Producer], words: str) -> list[int]:
    """Ids of those whose name holds every word. Compared here: SQLite folds no Vietnamese."""
    wanted = fold_words(words).split()
    return [pk for pk, name in rows.values_list("pk", "name") if all(word in fold_words(name) for word in wanted)]
