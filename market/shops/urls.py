"""Addresses of the producer's home and shop."""

from django.urls import path

from market.shops.views import asks, commune, home, parts, shop

urlpatterns = [
    path("nguoi-ban/", home.home, name="seller_home"),
    path("nguoi-ban/gian-hang/", shop.shop, name="seller_shop"),
    path("nguoi-ban/gian-hang/buoc/<slug:name>/", shop.step, name="seller_shop_step"),
    path("nguoi-ban/gian-hang/chuyen/<slug:verb>/", shop.change_state, name="seller_shop_state"),
    path("nguoi-ban/gian-hang/anh/", parts.photos, name="seller_shop_photos"),
    path("nguoi-ban/gian-hang/tai-khoan/", parts.bank_account, name="seller_shop_bank"),
    path("nguoi-ban/gian-hang/nha-san-xuat/", parts.makers, name="seller_shop_makers"),
    path("nguoi-ban/gian-hang/nha-san-xuat/<int:pk>/ket-thuc/", parts.end_one_maker, name="seller_shop_maker_end"),
    path("nguoi-ban/ban-chung/", asks.asks, name="maker_asks"),
    path("nguoi-ban/ban-chung/<int:pk>/<slug:word>/", asks.answer, name="maker_answer"),
    path("xa/gian-hang/", commune.shops, name="commune_shops"),
    path("xa/gian-hang/<int:pk>/tai-khoan/", commune.bank_account, name="commune_shop_bank"),
    path("xa/gian-hang/ban-chung/<int:pk>/<slug:word>/", commune.answer, name="commune_maker_answer"),
]
