"""Addresses of the commune's desk."""

from django.urls import path

from onboarding.desk.views import changing, home, households, readiness, samples, verifying

urlpatterns = [
    path("xa/", home.home, name="commune_home"),
    path("xa/ho/", households.households, name="commune_households"),
    path("xa/ho/danh-sach.xlsx", households.sheet, name="commune_households_sheet"),
    path("xa/ho/moi/", changing.add, name="commune_household_add"),
    path("xa/ho/<int:pk>/", households.household, name="commune_household"),
    path("xa/ho/<int:pk>/sua/", changing.change, name="commune_household_change"),
    path("xa/ho/<int:pk>/thoi-tinh/", changing.end, name="commune_household_end"),
    path("xa/ho/<int:pk>/tinh-lai/", changing.reopen, name="commune_household_reopen"),
    path("xa/ho/<int:pk>/xac-minh/", verifying.verify, name="commune_household_verify"),
    path("xa/ho/<int:pk>/bo-xac-minh/", verifying.take_back, name="commune_household_take_back"),
    path("xa/ho/<int:pk>/anh/<uuid:photo_id>/", households.photo, name="commune_household_photo"),
    path("xa/kiem-tra-lai/", samples.samples, name="commune_samples"),
    path("xa/kiem-tra-lai/<int:pk>/", samples.sample, name="commune_sample"),
    path("xa/kiem-tra-lai/luot/<int:pk>/", samples.revisit, name="commune_revisit"),
    path("xa/san-sang/", readiness.readiness, name="commune_readiness"),
    path("xa/thi-diem/", readiness.pilots, name="commune_pilots"),
    path("xa/thi-diem/<int:pk>/ket-thuc/", readiness.end, name="commune_pilot_end"),
    path("xa/xac-minh/", verifying.worklist, name="commune_verify"),
]
