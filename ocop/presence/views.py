"""The public check of a certificate, with the way to buy the product."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.kit import clock
from core.kit.qr import qr_svg
from core.people.limits.rules import PUBLIC_CHECK
from core.people.limits.views import limited
from market.storefront.addresses import absolute
from ocop.certificates.frozen import frozen_facts, is_intact
from ocop.certificates.models import Certificate
from ocop.certificates.papers import vouched
from ocop.certificates.queries import certificate_by_code, checked_certificate
from ocop.certificates.wording import public_sentence, until_words
from ocop.presence.queries import published_listing_of


@limited(PUBLIC_CHECK)
def check_certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What the register says of the certificate with this code; open to everybody, nothing personal on it."""
    checked = checked_certificate(code)
    if checked is None:
        return render(request, "ocop/certificates/check_missing.html", {"code": code[:20]}, status=404)
    certificate, copies = checked.certificate, checked.copies
    said = copies[-1].facts if copies else frozen_facts(certificate)
    is_vouched = bool(vouched([certificate]))
    context = {
        "certificate": certificate,
        "is_vouched": is_vouched,
        "product": certificate.product,
        "name": said["product"],
        "sentence": public_sentence(certificate, clock.today()),
        "facts": _facts(said, certificate) if is_vouched else _plain_facts(said),
        "listing": published_listing_of(certificate.product),
        "checked_on": clock.today(),
        "copy": copies[-1] if copies else None,
        "is_intact": all(is_intact(copy) for copy in copies),
        "corrections": copies[1:],
        "qr_url": reverse("ocop_check_qr", args=[certificate.check_code]),
    }
    return render(request, "ocop/certificates/check.html", context)


@limited(PUBLIC_CHECK)
def check_qr(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code that leads to the check page of a certificate, as a picture for printing."""
    certificate = certificate_by_code(code)
    if certificate is None:
        raise Http404
    svg = qr_svg(absolute(reverse("ocop_check", args=[certificate.check_code])))
    picture = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return HttpResponse(picture, content_type="image/svg+xml")


def _plain_facts(said: Mapping[str, str]) -> list[dict[str, str]]:
    """Of a paper that no authority vouches for: what it is about, nothing that sounds like a recognition."""
    return [
        {"label": _("Sản phẩm"), "value": said["product"]},
        {"label": _("Chủ thể"), "value": said["producer"] or _("Sổ đăng ký chưa ghi")},
        {"label": _("Nơi sản xuất"), "value": said["place"]},
        {"label": _("Mã kiểm tra"), "value": said["check_code"]},
    ]


def _facts(said: Mapping[str, str], certificate: Certificate) -> list[dict[str, str]]:
    unknown = _("Sổ đăng ký chưa ghi")
    facts = [
        {"label": _("Sản phẩm"), "value": said["product"]},
        {"label": _("Chủ thể"), "value": said["producer"] or unknown},
        {"label": _("Nơi sản xuất"), "value": said["place"]},
        {"label": _("Quyết định công nhận"), "value": said["decision_number"] or unknown},
        {"label": _("Công nhận"), "value": said["recognised_on"] or unknown},
        {"label": _("Có giá trị đến"), "value": until_words(certificate)},
        {"label": _("Mã kiểm tra"), "value": said["check_code"]},
    ]
    more = [(_("Nơi công nhận"), said["issuer"]), (_("Mã sản phẩm OCOP"), said["external_code"])]
    facts[4:4] = [{"label": label, "value": value} for label, value in more if value]
    return facts
