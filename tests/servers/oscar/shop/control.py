"""For tests: empty the shop, plant its categories, and do what a shop's own people do on pages (an order's status, a token taken
back). Everything else goes through oscarapi."""

import json
import shutil
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from oscar.core.loading import get_model
from rest_framework.authtoken.models import Token

Basket, Category = get_model("basket", "Basket"), get_model("catalogue", "Category")
Order, Line = get_model("order", "Order"), get_model("order", "Line")
Product, ProductClass = get_model("catalogue", "Product"), get_model("catalogue", "ProductClass")
Country, Partner = get_model("address", "Country"), get_model("partner", "Partner")
StockRecord, ShippingAddress = get_model("partner", "StockRecord"), get_model("order", "ShippingAddress")
STAFF = "keeper"
TREE = [
    {"slug": "nuoc-mam", "name": "Nước mắm"},
    {"slug": "che-bien-rau-qua", "name": "Rau quả chế biến"},
    {"slug": "tp", "name": "Thực phẩm"},
    {"slug": "gv", "name": "Gia vị", "parent": "tp"},
    {"slug": "nm", "name": "Nước mắm, mắm các loại", "parent": "tp/gv"},
    {"slug": "muoi", "name": "Muối", "parent": "tp/gv"},
    {"slug": "hat", "name": "Hạt", "parent": "tp"},
    {"slug": "tcmn", "name": "Thủ công mỹ nghệ"},
]


def seed(token: str) -> None:
    """One partner, one member of staff with a token, one country, a tree."""
    keeper, _ = User.objects.get_or_create(username=STAFF, defaults={"is_staff": True, "is_superuser": True})
    Token.objects.filter(user=keeper).delete()
    Token.objects.create(user=keeper, key=token)
    Partner.objects.get_or_create(code="htx-an", defaults={"name": "HTX An"})
    vietnam = {"name": "Viet Nam", "printable_name": "Viet Nam", "is_shipping_country": True}
    Country.objects.get_or_create(iso_3166_1_a2="VN", defaults=vietnam)
    plant(TREE)


def plant(nodes: list[dict[str, str]]) -> None:
    """Another tree of goods."""
    Category.objects.all().delete()
    cache.clear()
    made = {}
    for node in nodes:
        above, values = node.get("parent", ""), {"name": node["name"], "slug": node["slug"]}
        path = f"{above}/{node['slug']}" if above else node["slug"]
        made[path] = Category.objects.get(pk=made[above]).add_child(**values) if above else Category.add_root(**values)
        made[path] = made[path].pk
    cache.clear()


@csrf_exempt
def answer(request: HttpRequest, what: str) -> JsonResponse:
    given = json.loads(request.body or b"{}")
    return JsonResponse(DOORS[what](given), safe=False)


def reset(given: dict) -> dict:
    Order.objects.all().delete()
    Basket.objects.all().delete()
    Product.objects.all().delete()
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    User.objects.exclude(username=STAFF).delete()
    Partner.objects.exclude(code="htx-an").delete()
    ProductClass.objects.all().delete()
    seed(given["token"])
    return {}


def order(given: dict) -> dict:
    """An order as the shop's own checkout leaves it, or another status or currency for the one with this number."""
    made, is_new = Order.objects.get_or_create(
        number=given["number"],
        defaults={
            "currency": "VND",
            "total_incl_tax": Decimal(0),
            "total_excl_tax": Decimal(0),
            "shipping_incl_tax": Decimal(given.get("shipping", 0)),
            "shipping_excl_tax": Decimal(given.get("shipping", 0)),
            "date_placed": datetime.fromisoformat(given["placed_at"])
            if given.get("placed_at")
            else datetime.now().astimezone(),
            "status": given.get("status", "Pending"),
        },
    )
    if not is_new:
        Order.objects.filter(pk=made.pk).update(**{name: given[name] for name in given.keys() & {"status", "currency"}})
        return {"id": made.pk}
    if buyer := given.get("buyer"):
        country = Country.objects.get(pk="VN")
        made.shipping_address = ShippingAddress.objects.create(country=country, **buyer)
        made.save()
    for each in given.get("lines", []):
        held = StockRecord.objects.filter(partner_sku=each["sku"]).first()
        total = Decimal(each["price"]) * each["quantity"]
        Line.objects.create(
            order=made,
            partner=held.partner if held else None,
            partner_sku=each["sku"],
            product=held.product if held else None,
            stockrecord=held,
            title=each.get("title", each["sku"]),
            quantity=each["quantity"],
            num_allocated=each["quantity"] if held else 0,
            line_price_incl_tax=total,
            line_price_excl_tax=total,
            line_price_before_discounts_incl_tax=total,
            line_price_before_discounts_excl_tax=total,
        )
        if held:
            held.allocate(each["quantity"])
    return {"id": made.pk}


def listings(given: dict) -> list:
    """Everything there, as a test compares it."""
    return [
        {
            "id": product.pk,
            "seller_sku": product.upc,
            "stockrecords": product.stockrecords.count(),
            "visible": product.is_public,
        }
        for product in Product.objects.order_by("pk")
    ]


def stock(given: dict) -> dict:
    """A stock record as the shop's own people change it."""
    held = StockRecord.objects.get(partner_sku=given["sku"])
    for name in given.keys() - {"sku"}:
        setattr(held, name, given[name])
    held.save()
    return {"num_in_stock": held.num_in_stock, "num_allocated": held.num_allocated}


def no_stock(given: dict) -> dict:
    StockRecord.objects.filter(partner_sku=given["sku"]).delete()
    return {}


def another_partner(given: dict) -> dict:
    return {"id": Partner.objects.get_or_create(code="khac", defaults={"name": "Khác"})[0].pk}


def categories(given: list) -> dict:
    plant(given or TREE)
    return {}


DOORS = {f.__name__: f for f in (reset, order, listings, stock, no_stock, another_partner, categories)}
