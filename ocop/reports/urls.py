"""Addresses of the official reports."""

from django.urls import path

from ocop.reports.views import checking, pages

urlpatterns = [
    path("bang/bao-cao/", pages.reports, name="reports"),
    path("bang/chot-so/<str:number>/bao-cao/", pages.make, name="report_make"),
    path("bang/bao-cao/<str:code>/", pages.report, name="report"),
    path("bang/bao-cao/<str:code>/thay/", pages.replace, name="report_replace"),
    path("bang/bao-cao/<str:code>/ky-so/", pages.sign_again, name="report_sign"),
    path("bang/bao-cao/<str:code>/tep.<str:kind>", pages.file, name="report_file"),
    path("kiem-tra/bao-cao/", checking.ask, name="report_check_ask"),
    path("kiem-tra/bao-cao/<str:code>/", checking.check, name="report_check"),
]
