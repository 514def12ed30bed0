"""Addresses of the official reports."""

from django.urls import path

from ocop.reports.views import checking, pages

urlpatterns = [
    path("bang/bao-cao/", pages.reports, name="official_reports"),
    path("bang/chot-so/<str:number>/bao-cao/", pages.make, name="official_report_make"),
    path("bang/bao-cao/<str:code>/", pages.report, name="official_report"),
    path("bang/bao-cao/<str:code>/thay/", pages.replace, name="official_report_replace"),
    path("bang/bao-cao/<str:code>/ky-so/", pages.sign_again, name="official_report_sign"),
    path("bang/bao-cao/<str:code>/tep.<str:kind>", pages.file, name="official_report_file"),
    path("kiem-tra/bao-cao/", checking.ask, name="official_report_check_ask"),
    path("kiem-tra/bao-cao/<str:code>/", checking.check, name="official_report_check"),
]
