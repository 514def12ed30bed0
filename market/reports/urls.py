"""Addresses of reports and takedowns."""

from django.urls import path

from market.reports import views

urlpatterns = [
    path("bao-sai/san-pham/<slug:slug>", views.report_listing, name="report_listing"),
    path("bao-sai/gian-hang/<slug:slug>", views.report_shop, name="report_shop"),
    path("bao-sai/theo-doi/<str:key>/", views.report, name="report"),
    path("ban-viec/phan-anh/", views.desk, name="report_desk"),
    path("ban-viec/phan-anh/go-tin/", views.takedowns, name="takedown_desk"),
    path("ban-viec/phan-anh/de-nghi/<int:pk>/", views.decide, name="appeal_decide"),
    path("ban-viec/phan-anh/<slug:number>/", views.one, name="report_card"),
    path("nguoi-ban/go-tin/", views.seller_list, name="seller_takedowns"),
    path("nguoi-ban/go-tin/<int:pk>/", views.seller_one, name="seller_takedown"),
    path("nguoi-ban/go-tin/<int:pk>/de-nghi", views.seller_appeal, name="seller_appeal"),
]
