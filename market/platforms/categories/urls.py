"""Address of a platform's categories."""

from django.urls import path

from market.platforms.categories import views

urlpatterns = [path("san/<slug:code>/nganh-hang/", views.categories, name="platform_categories")]
