"""Addresses of the markets of a commune."""

from django.urls import path

from onboarding.markets.views import checking, months, reading, register

urlpatterns = [
    path("xa/cho/", reading.markets, name="markets"),
    path("xa/cho/moi/", register.add, name="market_add"),
    path("xa/cho/<int:pk>/", reading.market, name="market"),
    path("xa/cho/<int:pk>/in/", reading.market_on_paper, name="market_on_paper"),
    path("xa/cho/<int:pk>/sua/", register.change, name="market_change"),
    path("xa/cho/<int:pk>/thoi/", register.close, name="market_close"),
    path("xa/cho/<int:pk>/mo-lai/", register.reopen, name="market_reopen"),
    path("xa/cho/<int:pk>/them-sap/", register.add_stalls, name="stalls_add"),
    path("xa/cho/<int:pk>/thang/", months.month, name="market_month"),
    path("xa/cho/sap/<int:pk>/", reading.stall, name="stall"),
    path("xa/cho/sap/<int:pk>/chu/", register.holder, name="stall_holder"),
    path("xa/cho/sap/<int:pk>/thoi/", register.close_stall, name="stall_close"),
    path("xa/cho/sap/<int:pk>/mo-lai/", register.reopen_stall, name="stall_reopen"),
    path("xa/cho/sap/<int:pk>/ma/", checking.check, name="stall_check"),
    path("xa/cho/sap/<int:pk>/ma/ghi/", checking.write, name="stall_check_write"),
    path("xa/cho/lan-xem/<int:pk>/ten/", checking.decide, name="stall_name"),
]
