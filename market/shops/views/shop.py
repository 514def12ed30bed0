"""The shop: its checklist, its steps, and opening, pausing, closing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.kit.numbers import masked_end
from core.kit.text import squeeze
from core.people.queries import Viewer, viewer_of
from core.people.views import signed_in
from market.shops.actions import (
    NoAccount,
    NotReady,
    OnlyTheOwner,
    PublicationNotAgreed,
    ShopExists,
    WrongState,
    change_shop,
    close_shop,
    open_shop,
    pause_shop,
    reopen_shop,
    set_delivery,
    set_main_goods,
    set_place,
    set_ways_to_pay,
    start_shop,
)
from market.shops.banks import bank_name
from market.shops.forms import DeliveryForm, GoodsForm, PayForm, PlaceForm, WordsForm
from market.shops.models import Shop
from market.shops.navigation import seller_places
from market.shops.queries import StepState, checklist, is_agreed, makers_of, producer_without_shop, shop_of
from market.shops.rules import can_agree, can_decide, may_have_makers
from market.shops.views.finding import with_shop
from market.shops.wording import WORDS, Step
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Purpose
from onboarding.consent.queries import has_consent

form_page = require_http_methods(["GET", "HEAD", "POST"])
FORMS: dict[Step, Any] = {
    Step.WHO: WordsForm,
    Step.WHERE: PlaceForm,
    Step.WHAT: GoodsForm,
    Step.PAY: PayForm,
    Step.SEND: DeliveryForm,
}


@never_cache
@form_page
@signed_in
def shop(request: HttpRequest) -> HttpResponse:
    """The checklist of the shop; the first step for whoever has none."""
    viewer = viewer_of(request)
    found = shop_of(viewer)
    if found is None:
        return _start(request, viewer)
    states = checklist(found)
    context = _frame(found) | {
        "steps": states,
        "is_complete": all(state.is_done for state in states),
        "is_agreed": is_agreed(found),
        "may_decide": can_decide(viewer, found.producer_id),
        "may_agree": can_agree(viewer, found.producer_id),
        "has_makers": may_have_makers(found.producer),
        "makers": makers_of(found).count() if may_have_makers(found.producer) else 0,
        "photos": found.photos.count(),
        "account": _account(found),
    }
    return render(request, "market/shops/shop.html", context)


def _start(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    producer = producer_without_shop(viewer)
    if producer is None:
        return redirect("seller_home")
    form = WordsForm(request.POST if request.method == "POST" else None, initial={"name": producer.name})
    if form.is_valid():
        try:
            start_shop(producer=producer, by=viewer, **form.cleaned_data)
        except ShopExists:
            messages.info(request, _("Gian hàng này đã lập rồi."))
            return redirect("seller_shop")
        messages.success(request, _("Đã lưu. Người mua chưa thấy gian hàng; bạn làm tiếp lúc nào cũng được."))
        return redirect("seller_shop_step", Step.WHERE)
    context = {
        "form": form,
        "producer": producer,
        "words": WORDS[Step.WHO],
        "stepper": _stepper([], Step.WHO),
        "space_items": seller_places("seller_shop"),
    }
    return render(request, "market/shops/step.html", context)


@never_cache
@form_page
@with_shop
def step(request: HttpRequest, shop: Shop, name: str) -> HttpResponse:
    """One step, saved on its own; then the next that is missing."""
    if name not in set(Step):
        raise Http404
    here, viewer = Step(name), viewer_of(request)
    form = FORMS[here].showing(request.POST if request.method == "POST" else None, shop)
    if here is Step.WHERE and not (shop.producer.phone and can_agree(viewer, shop.producer_id)):
        del form.fields["shows_phone"]  # nobody agrees for somebody else
    if form.is_valid() and _save(here, shop, form, viewer):
        messages.success(request, _("Đã lưu."))
        return redirect(_after(shop, here))
    context = _frame(shop) | {
        "form": form,
        "step": here,
        "words": WORDS[here],
        "stepper": _stepper(checklist(shop), here) if shop.state == Shop.State.DRAFT else [],
        "account": _account(shop),
        "may_set_account": can_agree(viewer, shop.producer_id),
    }
    return render(request, "market/shops/step.html", context)


def _save(here: Step, shop: Shop, form: Any, by: Viewer) -> bool:
    data = form.cleaned_data
    match here:
        case Step.WHO:
            change_shop(shop=shop, by=by, **data)
        case Step.WHERE:
            _save_place(shop, data, by)
        case Step.WHAT:
            set_main_goods(shop=shop, categories=data["goods"], by=by)
        case Step.PAY:
            try:
                set_ways_to_pay(shop=shop, by=by, **data)
            except NoAccount:
                form.add_error("transfer", _("Chưa có số tài khoản. Ghi tài khoản trước, rồi chọn chuyển khoản."))
                return False
        case Step.SEND:
            set_delivery(shop=shop, sendings=form.sendings(), by=by)
    return True


@transaction.atomic
def _save_place(shop: Shop, data: dict[str, Any], by: Viewer) -> None:
    shows_phone = data.pop("shows_phone", None)
    set_place(shop=shop, by=by, **data)
    if shows_phone is not None and shows_phone != has_consent(shop.producer, Purpose.CONTACT):
        answers: dict[str, bool] = {Purpose.CONTACT: shows_phone}
        record_consents(producer=shop.producer, answers=answers, means=Consent.Means.ONLINE, by=by)


def _after(shop: Shop, here: Step) -> str:
    """The next missing step of a draft; else the checklist."""
    if shop.state == Shop.State.DRAFT:
        states = {state.step: state.is_done for state in checklist(Shop.objects.get(pk=shop.pk))}
        order = list(Step)
        later = order[order.index(here) + 1 :]
        if missing := next((each for each in later if not states[each]), None):
            return reverse("seller_shop_step", args=[missing])
    return reverse("seller_shop")


def _stepper(states: list[StepState], here: Step) -> list[dict[str, str]]:
    done = {state.step for state in states if state.is_done}
    return [
        {
            "label": str(WORDS[each].label),
            "state": "current" if each == here else "done" if each in done else "next",
            "url": reverse("seller_shop_step", args=[each]) if states else "",
        }
        for each in Step
    ]


@require_POST
@with_shop
def change_state(request: HttpRequest, shop: Shop, verb: str) -> HttpResponse:
    """Open, pause, close or reopen."""
    viewer = viewer_of(request)
    try:
        with transaction.atomic():
            words = _turn(request, shop, verb, viewer)
    except OnlyTheOwner:
        messages.error(request, _("Việc này chỉ chủ gian hàng làm được. Hãy nhờ chủ."))
    except PublicationNotAgreed:
        messages.error(request, _("Gian hàng chỉ mở được khi chủ đồng ý đưa tên và gian hàng lên trang công khai."))
    except NotReady as problem:
        labels = ", ".join(str(WORDS[each].label) for each in problem.steps)
        messages.error(request, _("Chưa mở được. Còn thiếu: %(steps)s.") % {"steps": labels})
    except WrongState:
        messages.info(request, _("Gian hàng vừa đổi tình trạng. Hãy xem lại bên dưới."))
    else:
        messages.success(request, words)
    return redirect("seller_shop")


def _turn(request: HttpRequest, shop: Shop, verb: str, by: Viewer) -> str:
    """Do it, and what to say afterwards."""
    if verb in {"mo", "mo-lai"} and "agree" in request.POST and not is_agreed(shop):
        if not can_agree(by, shop.producer_id):
            raise OnlyTheOwner  # nobody agrees for somebody else
        record_consents(producer=shop.producer, answers={Purpose.PUBLICATION: True}, means=Consent.Means.ONLINE, by=by)
    match verb:
        case "mo":
            open_shop(shop=shop, by=by)
            return _("Gian hàng đã mở. Người mua thấy gian hàng của bạn từ bây giờ.")
        case "tam-nghi":
            pause_shop(shop=shop, note_for_buyers=squeeze(request.POST.get("note", ""))[:160], by=by)
            return _("Gian hàng tạm nghỉ. Hàng không bán nữa cho đến khi bạn mở lại.")
        case "dong":
            close_shop(shop=shop, by=by)
            return _("Gian hàng đã đóng. Bạn mở lại lúc nào cũng được, mọi thứ vẫn còn.")
        case "mo-lai":
            reopen_shop(shop=shop, by=by)
            return _("Gian hàng đã mở lại. Hàng đang đăng lại lên bán.")
    raise Http404


def _account(shop: Shop) -> str:
    return f"{bank_name(shop.bank_bin)} {masked_end(shop.bank_account)}" if shop.bank_account else ""


def _frame(shop: Shop) -> dict[str, Any]:
    return {"shop": shop, "producer": shop.producer, "space_items": seller_places("seller_shop")}
