"""Address of a platform's categories."""

from django.urls import path

from market.platforms.categories import views

urlpatterns = [
    path("san/<slug:code>/nganh-hang/", views.categories, name="platform_categories"),
    path("san/<slug:code>/nganh-hang/doc-lai/", views.read_again, name="platform_categories_read"),
]
