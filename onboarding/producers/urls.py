"""Addresses of who acts for whom."""

from django.urls import path

from onboarding.producers import views

urlpatterns = [
    path("ban-viec/lam-thay/", views.producers, name="member_producers"),
    path("lam-thay/", views.work_for, name="work_for"),
    path("lam-thay/<int:pk>/chon/", views.choose, name="work_for_choose"),
    path("lam-thay/<int:pk>/nguoi/", views.members, name="members"),
    path("lam-thay/<int:pk>/san-sang/", views.readiness, name="producer_readiness"),
    path("lam-thay/nguoi/<int:pk>/ket-thuc/", views.end, name="member_end"),
]
