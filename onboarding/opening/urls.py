"""Addresses of account opening."""

from django.urls import path

from onboarding.opening import views

urlpatterns = [
    path("xa/mo-gian-hang/", views.home, name="opening"),
    path("xa/mo-gian-hang/lap/", views.new, name="opening_new"),
    path("xa/mo-gian-hang/lo/<int:pk>/", views.batch_page, name="opening_batch"),
    path("xa/mo-gian-hang/lo/<int:pk>/bang.xlsx", views.sheet, name="opening_sheet"),
    path("xa/mo-gian-hang/lo/<int:pk>/da-gui", views.sent, name="opening_sent"),
    path("xa/mo-gian-hang/lo/<int:pk>/ket-thuc", views.end, name="opening_end"),
    path("xa/mo-gian-hang/lo/<int:pk>/xac-nhan", views.confirm, name="opening_confirm"),
    path("xa/mo-gian-hang/dong/<int:pk>/da-bao", views.told, name="opening_told"),
]
