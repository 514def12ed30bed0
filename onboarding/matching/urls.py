"""Addresses of households that may be one, and of shared phones."""

from django.urls import path

from onboarding.matching import views

urlpatterns = [
    path("xa/trung/", views.duplicates, name="duplicates"),
    path("xa/trung/<int:pk>/", views.pair, name="duplicate_pair"),
    path("xa/trung/<int:pk>/khac-nhau/", views.distinct, name="duplicate_distinct"),
    path("xa/trung/<int:pk>/gop/<str:side>/", views.merge, name="duplicate_merge"),
    path("xa/trung/da-gop/", views.merges, name="household_merges"),
    path("xa/trung/da-gop/<int:pk>/tach-lai/", views.split, name="household_unmerge"),
    path("xa/trung/dien-thoai/", views.shared_phones, name="shared_phones"),
    path("xa/trung/dien-thoai/<int:pk>/", views.shared_phone, name="shared_phone"),
]
