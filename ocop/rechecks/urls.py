"""Addresses of the re-check."""

from django.urls import path

from ocop.rechecks.views import looking, pages

urlpatterns = [
    path("bang/kiem-tra-lai/", pages.draws, name="rechecks"),
    path("bang/kiem-tra-lai/<int:pk>/", pages.draw, name="recheck"),
    path("bang/kiem-tra-lai/<int:pk>/in/", pages.printed, name="recheck_print"),
    path("bang/kiem-tra-lai/dong/<int:pk>/", pages.item, name="recheck_item"),
    path("bang/kiem-tra-lai/trang/<int:pk>/", looking.look, name="recheck_look"),
]
