"""Address of the operator's settings of looking at pages."""

from django.urls import path

from market.platforms.pages import views

urlpatterns = [path("san/cac-san/<slug:code>/xem-trang/", views.looking, name="platform_looking")]
