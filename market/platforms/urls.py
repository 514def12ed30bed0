"""Addresses of the producer's platform states and of the platform desk."""

from django.urls import path

from market.platforms import views

urlpatterns = [
    path("nguoi-ban/san-pham/<slug:sku>/tren-san/", views.on_platforms, name="seller_on_platforms"),
    path("nguoi-ban/san-pham/<slug:sku>/tren-san/dong-y", views.agree, name="seller_agree_platforms"),
    path("nguoi-ban/san-pham/<slug:sku>/tren-san/<int:row_id>/gui-lai", views.again, name="seller_send_again"),
    path("san/", views.desk, name="platform_desk"),
    path("san/xac-nhan/", views.confirm, name="platform_confirm"),
    path("san/<slug:code>/xuat", views.export, name="platform_export"),
    path("san/<slug:code>/ket-qua", views.result, name="platform_result"),
    path("san/<slug:code>/lo/<int:number>", views.batch, name="platform_batch"),
]
