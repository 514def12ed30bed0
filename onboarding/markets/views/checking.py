"""Looking at the code of a stall in two steps: read it, then say whose name the bank shows. And deciding about near names."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.files.uploads import UploadRefused
from core.kit import clock
from core.kit.numbers import masked_end
from core.kit.vietqr import NotPaymentCode, read_payment_text
from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.markets.actions import Found, MarketRefused, NotAllowed, check_code, decide_name
from onboarding.markets.forms import CodeForm, NameForm
from onboarding.markets.models import CodeCheck, Stall
from onboarding.markets.photos import codes_in_photo
from onboarding.markets.queries.lists import checks_visible_to, stalls_with_code
from onboarding.markets.queries.stalls import holder_on
from onboarding.markets.queries.states import stall_states
from onboarding.markets.rules import AREA_READERS, CHECKERS
from onboarding.markets.views.finding import attempt, stall_of

SALT = "stall-codes"
# The codes a machine read travel through the page signed, so that what is said to be read from a photo was.
MAX_AGE = 2 * 60 * 60


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*CHECKERS)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """First step: the code. That there is none is written at once."""
    stall = stall_of(request, pk, to_check=True)
    form = CodeForm(request.POST, request.FILES) if request.method == "POST" else CodeForm()
    if form.is_valid():
        data = form.cleaned_data
        if data["finding"]:
            found = Found(CodeCheck.How.LOOKED, finding=data["finding"])
            if attempt(form, lambda: check_code(stall=stall, found=found, by=viewer_of(request))) is not None:
                return _done(request, stall)
        else:
            texts, how = _read(form, data)
            if texts:
                token = signing.dumps(
                    {"stall": stall.pk, "user": request.user.pk, "how": how, "texts": texts}, salt=SALT
                )
                return _second(request, stall, texts, token)
    context = {"stall": stall, "form": form, "holder": holder_on(stall, clock.today())}
    return render(request, "onboarding/markets/check.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@never_cache
@require_POST
@for_roles(*CHECKERS)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Second step: which code, which name; written down."""
    stall = stall_of(request, pk, to_check=True)
    token = request.POST.get("token", "")
    try:
        read = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        read = {}
    if read.get("stall") != stall.pk or read.get("user") != request.user.pk:
        messages.error(request, _("Trang đã để quá lâu. Hãy chụp lại mã."))
        return redirect("stall_check", stall.pk)
    texts: list[str] = read["texts"]
    form = NameForm(request.POST, codes=_choices(texts))
    if form.is_valid():
        found = Found(
            read["how"], texts[int(form.cleaned_data["choice"])], name_in_app=form.cleaned_data["name_in_app"]
        )
        if attempt(form, lambda: check_code(stall=stall, found=found, by=viewer_of(request))) is not None:
            return _done(request, stall)
    return _second(request, stall, texts, token, form)


@require_POST
@for_roles(*AREA_READERS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether a nearly equal name is the holder's (`mot-nguoi` 1 or 0)."""
    found = get_object_or_404(checks_visible_to(viewer_of(request)), pk=pk)
    try:
        decide_name(check=found, is_same=request.POST.get("mot-nguoi") == "1", by=viewer_of(request))
    except NotAllowed as error:
        raise Http404 from error
    except MarketRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã ghi quyết định của bạn."))
    return redirect("stall", found.stall_id)


def _read(form: CodeForm, data: dict[str, Any]) -> tuple[list[str], str]:
    if not data["photo"]:
        return [data["text"]], data["how"] or CodeCheck.How.TYPED.value
    try:
        return codes_in_photo(data["photo"].read()), CodeCheck.How.PHOTO.value
    except UploadRefused as refused:
        form.add_error("photo", str(refused))
        return [], ""


def _choices(texts: list[str]) -> list[tuple[str, str]]:
    return [(str(number), _words(text)) for number, text in enumerate(texts)]


def _words(text: str) -> str:
    """A code in words, without the number in full."""
    try:
        said = read_payment_text(text)
    except NotPaymentCode:
        return _("Không phải mã nhận tiền")
    bank = _("ngân hàng mã %(bank)s") % {"bank": said.bank_bin} if said.bank_bin else _("ví hoặc điểm nhận thẻ")
    name = _("trong mã ghi tên %(name)s") % {"name": said.name} if said.name else _("trong mã không ghi tên")
    crc = _("số kiểm tra đúng") if said.crc_is_right else _("số kiểm tra sai")
    return _("Mã nhận tiền: %(bank)s, tài khoản %(account)s; %(crc)s; %(name)s") % {
        "bank": bank, "account": masked_end(said.account), "crc": crc, "name": name,
    }  # fmt: skip


def _second(
    request: HttpRequest, stall: Stall, texts: list[str], token: str, form: NameForm | None = None
) -> HttpResponse:
    warnings = []
    for other in stalls_with_code(viewer_of(request), texts, stall, clock.today()):
        warnings.append(
            _("Mã này đã ghi ở sạp %(stall)s, %(market)s. Hãy xem kỹ mã nào là của sạp này.")
            % {"stall": other.number, "market": other.market.name}
        )
    context = {
        "stall": stall,
        "form": form or NameForm(codes=_choices(texts)),
        "token": token,
        "only": _words(texts[0]) if len(texts) == 1 else "",
        "count": len(texts),
        "holder": holder_on(stall, clock.today()),
        "warnings": warnings,
        "back_url": reverse("stall_check", args=[stall.pk]),
    }
    return render(request, "onboarding/markets/check_name.html", context, status=422 if form else 200)


def _done(request: HttpRequest, stall: Stall) -> HttpResponse:
    state = stall_states([stall.pk], clock.today())[stall.pk]
    said = messages.success if state.kind == "good" else messages.warning
    said(request, _("Đã ghi lần kiểm tra. %(words)s") % {"words": state.words})
    return redirect("stall", stall.pk)
