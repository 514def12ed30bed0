"""Addresses of grants."""

from django.urls import path

from core.desk.grants import views

urlpatterns = [
    path("ban-viec/quyen/", views.grants, name="grants"),
    path("ban-viec/quyen/moi/", views.give, name="grant_give"),
    path("ban-viec/quyen/ra-soat/", views.review, name="grant_review"),
    path("ban-viec/quyen/phieu/", views.slip, name="grant_slip"),
    path("ban-viec/quyen/nguoi/<int:pk>/", views.person, name="grant_person"),
    path("ban-viec/quyen/nguoi/<int:pk>/ma-vao/", views.new_slip, name="grant_new_slip"),
    path("ban-viec/quyen/<int:pk>/ket-thuc/", views.end, name="grant_end"),
    path("ban-viec/quyen/<int:pk>/gia-han/", views.renew, name="grant_renew"),
    path("ban-viec/quyen/<int:pk>/da-ra-soat/", views.reviewed, name="grant_reviewed"),
    path("tai-khoan/quyen-cua-toi/", views.mine, name="my_grants"),
]
