"""Addresses of signing in and out, of my account, and of helping others."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from core.people import views
from core.people.account import views as account
from core.people.codes import views as codes
from core.people.devices import views as devices
from core.people.helping import views as helping
from core.people.keys import views as keys
from core.people.reveal import views as reveal
from core.people.second_factor import views as second_factor

urlpatterns = [
    path("dang-nhap/", views.sign_in, name="login"),
    path("dang-nhap/ma/", views.enter, name="enter"),
    path("dang-nhap/dien-thoai/", codes.ask_code, name="sign_in_phone"),
    path("dang-nhap/dien-thoai/ma/", codes.give_code, name="sign_in_phone_code"),
    path("dang-nhap/ma-pin/", devices.give_pin, name="sign_in_pin"),
    # The accounts library sends half-signed-in people to the address of this name.
    path("dang-nhap/buoc-hai/", second_factor.second_step, name="mfa_authenticate"),
    path("dang-xuat/", LogoutView.as_view(), name="logout"),
    path("tai-khoan/", account.account, name="account"),
    path("tai-khoan/xac-nhan/", account.prove, name="prove"),
    path("tai-khoan/thiet-bi/", account.devices, name="devices"),
    path("tai-khoan/thiet-bi/moi-noi/dang-xuat/", account.end_everywhere, name="end_everywhere"),
    path("tai-khoan/thiet-bi/noi/<int:pk>/dang-xuat/", account.end_one, name="end_session"),
    path("tai-khoan/thiet-bi/may/<int:pk>/bo/", account.drop_device, name="drop_device"),
    path("tai-khoan/ma-pin/", devices.set_pin, name="set_pin"),
    path("tai-khoan/mat-khau/", account.password, name="account_password"),
    path("tai-khoan/dien-thoai/", account.phone, name="account_phone"),
    path("tai-khoan/dien-thoai/ma/", account.phone_code, name="account_phone_code"),
    path("tai-khoan/buoc-hai/", second_factor.second_factor, name="second_factor"),
    path("tai-khoan/buoc-hai/ma-du-phong/", second_factor.recovery_codes, name="recovery_codes"),
    path("tai-khoan/buoc-hai/tat/", second_factor.end, name="end_second_factor"),
    path("tai-khoan/khoa-api/", keys.keys, name="api_keys"),
    path("tai-khoan/khoa-api/moi/", keys.make, name="api_key_make"),
    path("tai-khoan/khoa-api/<int:pk>/ket-thuc/", keys.end, name="api_key_end"),
    path("hien-so/<slug:code>/<int:number>/", reveal.show, name="reveal"),
    path("ban-viec/dang-nhap/", helping.people, name="help_people"),
    path("ban-viec/dang-nhap/<int:pk>/", helping.person, name="help_person"),
    path("ban-viec/dang-nhap/<int:pk>/bo-buoc-hai/", helping.take_second_factor, name="help_second_factor"),
    path("ban-viec/dang-nhap/<int:pk>/khoa/", helping.lock, name="help_lock"),
    path("ban-viec/dang-nhap/<int:pk>/mo/", helping.unlock, name="help_unlock"),
    path("ban-viec/dang-nhap/<int:pk>/may/<int:device_pk>/bo/", helping.drop_device, name="help_drop_device"),
]
