"""Addresses of public pages. Home, guides and stories are Wagtail's."""

from django.contrib.sitemaps.views import index, sitemap
from django.urls import path
from django.views.decorators.cache import cache_page

from market.storefront.sitemaps import SECTIONS
from market.storefront.views import machines, pages, pictures, printing

HOUR = 3600

urlpatterns = [
    path("nguoi-ban/san-pham/<slug:sku>/xem-truoc/", pages.preview, name="seller_listing_preview"),
    path("san-pham/<slug:slug>", pages.product, name="product"),
    path("gian-hang/<slug:slug>", pages.shop, name="shop"),
    path("san-pham/<slug:slug>/chia-se-<slug:digest>.jpg", pictures.product_picture, name="product_card"),
    path("gian-hang/<slug:slug>/chia-se-<slug:digest>.jpg", pictures.shop_picture, name="shop_card"),
    path("nguoi-ban/gian-hang/ap-phich.pdf", printing.poster, name="shop_poster"),
    path("nguoi-ban/san-pham/<slug:sku>/nhan.pdf", printing.label, name="shelf_label"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", cache_page(HOUR)(index), {"sitemaps": SECTIONS, "sitemap_url_name": "sitemap_section"}),
    path("sitemap-<section>.xml", cache_page(HOUR)(sitemap), {"sitemaps": SECTIONS}, name="sitemap_section"),
]
