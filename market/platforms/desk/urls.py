"""Addresses of the platform desk."""

from django.urls import path

from market.platforms.desk.views import batches, columns, confirming, exchange

urlpatterns = [
    path("san/", exchange.desk, name="platform_desk"),
    path("san/xac-nhan/", confirming.confirm, name="platform_confirm"),
    path("san/<slug:code>/xuat", exchange.export, name="platform_export"),
    path("san/<slug:code>/ket-qua", exchange.result, name="platform_result"),
    path("san/<slug:code>/ket-qua/<int:answer_id>/", exchange.answer, name="platform_answer"),
    path("san/<slug:code>/lo/<int:number>/", batches.page, name="platform_batch_page"),
    path("san/<slug:code>/lo/<int:number>/viec/", batches.checklist, name="platform_checklist"),
    path("san/<slug:code>/lo/<int:number>/tep", batches.file, name="platform_batch"),
    path("san/<slug:code>/lo/<int:number>/da-gui", batches.sent, name="platform_batch_sent"),
    path("san/<slug:code>/lo/<int:number>/huy", batches.cancel, name="platform_batch_cancel"),
    path("san/<slug:code>/mau/", columns.columns, name="platform_columns"),
    path("san/<slug:code>/mau/dung-lai", columns.choose, name="platform_columns_choose"),
]
