"""Addresses of the catalogue."""

from django.urls import path

from ocop.catalogue.views import pages, writing

urlpatterns = [
    path("bang/danh-muc/", pages.catalogue, name="catalogue"),
    path("bang/danh-muc/in/", pages.printed, name="catalogue_print"),
    path("bang/danh-muc/danh-muc.xlsx", pages.file, name="catalogue_file"),
    path("bang/danh-muc/moi/", writing.new, name="catalogue_new"),
    path("bang/danh-muc/<int:pk>/", pages.indicator, name="catalogue_indicator"),
    path("bang/danh-muc/<int:pk>/so-lieu/", writing.figure, name="catalogue_figure"),
    path("bang/danh-muc/<int:pk>/cach-tinh/", writing.terms, name="catalogue_terms"),
    path("bang/danh-muc/<int:pk>/muc-tieu/", writing.target, name="catalogue_target"),
    path("bang/danh-muc/so-lieu/<int:pk>/sua/", writing.correct, name="catalogue_correct"),
]
