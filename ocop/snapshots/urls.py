"""Addresses of the snapshots and of the open data."""

from django.urls import path

from ocop.snapshots.views import files, open_data, pages

urlpatterns = [
    path("bang/chot-so/", pages.snapshots, name="snapshots"),
    path("bang/chot-so/lap/", pages.make, name="snapshot_make"),
    path("bang/chot-so/<str:number>/", pages.snapshot, name="snapshot"),
    path("bang/chot-so/<str:number>/ky/", pages.sign_it, name="snapshot_sign"),
    path("bang/chot-so/<str:number>/chot-lai/", pages.restate_it, name="snapshot_restate"),
    path("bang/chot-so/<str:number>/khac/", pages.differences, name="snapshot_differences"),
    path("bang/chot-so/<str:number>/in/", pages.printed, name="snapshot_print"),
    path("bang/chot-so/<str:number>/so-lieu.<str:kind>", files.figures, name="snapshot_figures"),
    path("bang/chot-so/<str:number>/dong.<str:kind>", files.rows, name="snapshot_rows"),
    path("mo/", open_data.index, name="open_data"),
    path("mo/san-pham-ocop.<str:kind>", open_data.products, name="open_products"),
    path("mo/chi-so.<str:kind>", open_data.series, name="open_series"),
]
