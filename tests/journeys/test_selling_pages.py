"""Every page of selling in the demo world, on a phone and on a desk: axe finds nothing, nothing overflows, one heading."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Stack, Walker

SELLER = [
    "/nguoi-ban/", "/nguoi-ban/san-pham/", "/nguoi-ban/san-pham/moi/", "/nguoi-ban/san-pham/nhap/", "/nguoi-ban/san-pham/nhap/moi/",
    "/nguoi-ban/san-pham/{sku}/", "/nguoi-ban/san-pham/{sku}/xem-truoc/", "/nguoi-ban/san-pham/{sku}/quy-cach/", "/nguoi-ban/san-pham/{sku}/tren-san/",
    "/nguoi-ban/kho/", "/nguoi-ban/kho/{sku}/", "/nguoi-ban/gia/{sku}/", "/nguoi-ban/giay-to/", "/nguoi-ban/giay-to/moi/",
    "/nguoi-ban/gian-hang/", "/nguoi-ban/go-tin/", "/nguoi-ban/don-hang/",
]  # fmt: skip
OFFICER = ["/xa/dang-ky/", "/xa/giay-to/", "/ban-viec/phan-anh/", "/ban-viec/phan-anh/go-tin/"]
EVERYBODY = [
    "/",
    "/dang-ky-ban-hang/",
    "/san-pham/{slug}",
    "/bao-sai/san-pham/{slug}",
    "/gian-hang/{shop}",
    "/bao-sai/gian-hang/{shop}",
]


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_of_selling(stack: Stack, walker: Callable[..., Walker], width: int) -> None:
    seller, officer, anybody = (walker(width=width) for _ in range(3))
    seller.sign_in("nguoiban")
    facts = found_facts(seller)
    visit(seller, [*SELLER, *linked(seller, "/nguoi-ban/gian-hang/")], facts)
    officer.sign_in("xa")
    visit(officer, OFFICER, facts)
    visit(anybody, EVERYBODY, facts)


def found_facts(seller: Walker) -> dict[str, str]:
    """A listing of the demo's seller, its public page and its shop."""
    seller.open("/nguoi-ban/san-pham/")
    skus = [re.search(r"/nguoi-ban/san-pham/(LS\d+)/", link) for link in links(seller)]
    sku = next(found[1] for found in skus if found)
    seller.open("/nguoi-ban/gian-hang/")
    shop = next(found[1] for link in links(seller) if (found := re.fullmatch(r"/gian-hang/([\w-]+)", link)))
    seller.open(f"/gian-hang/{shop}")
    slug = next(found[1] for link in links(seller) if (found := re.fullmatch(r"/san-pham/([\w-]+)", link)))
    return {"sku": sku, "shop": shop, "slug": slug}


def links(person: Walker) -> list[str]:
    """Where the links of the page lead."""
    found: list[str] = person.page.eval_on_selector_all(
        "main a[href]", "all => all.map((each) => each.getAttribute('href'))"
    )
    return found


def linked(person: Walker, under: str) -> list[str]:
    """The pages below `under` that its own page links to."""
    person.open(under)
    return sorted({link for link in links(person) if link.startswith(under) and not link.endswith(".pdf")} - {under})


def visit(person: Walker, addresses: list[str], facts: dict[str, str]) -> None:
    for address in addresses:
        there = person.page.goto(person.base + address.format(**facts))
        assert there is not None and there.status == 200, f"{there.status if there else 0} {address}"
        person.look()
