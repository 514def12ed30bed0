"""The frozen copy of a certificate: what it said when it was recorded, with a hash over it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.utils.text import capfirst
from django.utils.translation import override

from core.kit.numbers import without_personal_numbers
from ocop.certificates.models import Certificate, CertificateCopy
from ocop.certificates.wording import until_words
from ocop.register.queries import place_words

LABELS = {
    "product": "Sản phẩm",
    "producer": "Chủ thể",
    "place": "Nơi sản xuất",
    "stars": "Hạng sao",
    "decision_number": "Quyết định công nhận",
    "issuer": "Nơi công nhận",
    "recognised_on": "Công nhận",
    "holds_until": "Có giá trị đến",
    "external_code": "Mã sản phẩm OCOP",
    "check_code": "Mã kiểm tra",
}


def frozen_facts(certificate: Certificate) -> dict[str, str]:
    """{field: text} of a certificate as it is printed, the fields of `LABELS`; no personal number. Reads the product and its unit."""
    product = certificate.product
    with override("vi"):
        facts = {
            "product": product.name,
            "producer": product.producer_name,
            "place": capfirst(place_words(product)),
            "stars": str(certificate.stars or ""),
            "decision_number": certificate.decision_number,
            "issuer": certificate.issuer_name or certificate.get_issuer_level_display(),
            "recognised_on": certificate.written_date(),
            "holds_until": until_words(certificate),
            "external_code": product.external_code,
            "check_code": certificate.check_code,
        }
    return {name: without_personal_numbers(text) for name, text in facts.items()}


def digest(facts: Mapping[str, str]) -> str:
    """SHA-256 in hexadecimal over the facts as JSON: keys sorted, no blanks, UTF-8."""
    text = json.dumps(dict(facts), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(copy: CertificateCopy) -> bool:
    """Whether the copy still is what its hash says."""
    return digest(copy.facts) == copy.sha256
