"""Addresses of the result page; with a closing slash too, because people add one."""

from django.urls import path

from search.pages import views

urlpatterns = [
    path("tim-kiem", views.results, name="search_results"),
    path("tim-kiem/", views.results),
    path("tim-kiem/goi-y", views.suggestions, name="search_suggestions"),
]
