"""Addresses of papers."""

from django.urls import path

from onboarding.papers import views

urlpatterns = [
    path("nguoi-ban/giay-to/", views.papers, name="seller_papers"),
    path("nguoi-ban/giay-to/moi/", views.new, name="seller_paper_new"),
    path("nguoi-ban/giay-to/<int:pk>/bo/", views.withdraw, name="seller_paper_withdraw"),
    path("nguoi-ban/giay-to/<int:pk>/lay-lai/", views.restore, name="seller_paper_restore"),
    path("giay-to/<int:pk>/tep/", views.scan, name="paper_scan"),
    path("xa/giay-to/", views.commune, name="commune_papers"),
    path("xa/giay-to/<int:pk>/kiem-tra/", views.check, name="commune_paper_check"),
    path("xa/giay-to/<int:pk>/khong-khop/", views.mismatch, name="commune_paper_mismatch"),
]
