"""The bundle of the field app, beside the intake's calls under /api/v1/field/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.gzip import gzip_page
from ninja import Router
from ninja.decorators import decorate_view

from onboarding.fieldwork.bundle import bundle_for
from onboarding.intake.access import CALLS, DeviceAuth, caller, count_call
from onboarding.intake.refusals import Invalid

router = Router(tags=["field"])


@router.get("/bundle", auth=DeviceAuth(), summary="What a member takes along")
@decorate_view(gzip_page)
def get_bundle(request: HttpRequest, hamlets: str = "") -> HttpResponse:
    """`hamlets`: ids, separated by commas, five at most; without it those assigned to the member's teams."""
    viewer = caller(request)
    count_call(CALLS, viewer)
    wanted = [each for each in hamlets.split(",") if each]
    if not all(each.isascii() and each.isdecimal() and len(each) < 18 for each in wanted):
        raise Invalid("Danh sách thôn, ấp phải là các số, cách nhau bằng dấu phẩy.")
    bundle = bundle_for(viewer, [int(each) for each in wanted])
    return JsonResponse(bundle | {"csrf": get_token(request)}, headers={"Cache-Control": "no-store"})
