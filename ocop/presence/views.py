"""The public check of a certificate, with the way to buy the product."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.kit import clock
from core.people.limits.rules import PUBLIC_CHECK
from core.people.limits.views import limited
from ocop.certificates.queries import certificate_by_code
from ocop.certificates.wording import public_sentence, until_words
from ocop.presence.queries import published_listing_of
from ocop.register.queries import place_words


@limited(PUBLIC_CHECK)
def check_certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What the register says of the certificate with this code; open to everybody, nothing personal on it."""
    certificate = certificate_by_code(code)
    if certificate is None:
        return render(request, "ocop/certificates/check_missing.html", {"code": code[:20]}, status=404)
    product = certificate.product
    facts = [
        {"label": _("Sản phẩm"), "value": product.name},
        {"label": _("Chủ thể"), "value": product.producer_name or _("Sổ đăng ký chưa ghi")},
        {"label": _("Nơi sản xuất"), "value": capfirst(place_words(product))},
        {
            "label": _("Quyết định công nhận"),
            "value": certificate.decision_number or _("Sổ đăng ký chưa ghi"),
        },
        {"label": _("Công nhận"), "value": certificate.written_date() or _("Sổ đăng ký chưa ghi")},
        {"label": _("Có giá trị đến"), "value": until_words(certificate)},
        {"label": _("Mã kiểm tra"), "value": certificate.check_code},
    ]
    context = {
        "certificate": certificate,
        "product": product,
        "sentence": public_sentence(certificate, clock.today()),
        "facts": facts,
        "listing": published_listing_of(product),
        "checked_on": clock.today(),
    }
    return render(request, "ocop/certificates/check.html", context)
