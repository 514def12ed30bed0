"""Whose maker may be named to everybody."""

from __future__ import annotations

import re

from django.db.models import QuerySet

from ocop.register.models import OcopProduct
from ocop.register.rules import maker_key
from onboarding.consent.models import Purpose
from onboarding.consent.queries import agreeing

# Folded beginnings of names that only legal persons and groups bear. Whatever else a maker is called may be a person's name.
_LEGAL = re.compile(
    r"^(htx|hop tac xa|lien hiep|cong ty|cty|tong cong ty|doanh nghiep|dntn|tap doan|to hop tac|tht|hoi|hiep hoi|trung tam|nha may)\b"
)


# What stands round a person's name: the form of a household before it, figures of a number after it.
_ROUND_A_NAME = re.compile(r"^(hkd|ho gia dinh|ho|co so( san xuat)?) |( \d+)+$")


def named_makers(products: QuerySet[OcopProduct]) -> set[int]:
    """The products whose maker may be named, as `is_named` has it. One query."""
    rows = (
        products.select_related("producer")
        .only("producer_name", "producer__name")
        .annotate(agreed=agreeing(Purpose.PUBLICATION, of="producer"))
    )
    return {product.pk for product in rows if is_named(product, agreed=product.agreed)}


def is_named(product: OcopProduct, *, agreed: bool) -> bool:
    """Whether a product's maker may be named: a linked producer that is the maker by its name decides by its standing or consent
    (`agreed`); a seller of another name speaks for nobody, then only a legal person or group may be named. Reads `producer`."""
    seller = product.producer
    if seller is not None and _bare(seller.name) == _bare(product.producer_name):
        return agreed
    return is_no_person(product.producer_name)


def is_no_person(name: str) -> bool:
    """Whether a maker is a legal person or a group by its name."""
    return _LEGAL.match(maker_key(name)) is not None


def _bare(name: str) -> str:
    return _ROUND_A_NAME.sub("", maker_key(name))
