"""In front of the two back offices, which look at the user and not at our viewer."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from core.people.second_factor.queries import passed_second_factor

DOORS = ("/admin/", "/cms/")
STEP = "/tai-khoan/buoc-hai/"


def second_factor_before_back_offices(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: whoever may enter a back office is sent to their second factor until this session has passed it.

    Everybody else is left to the back offices, which let nobody in without a permission.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(DOORS) and request.user.is_authenticated and not passed_second_factor(request):
            user = request.user
            if user.is_staff or user.is_superuser or user.has_perm("wagtailadmin.access_admin"):
                return redirect_to_login(request.get_full_path(), login_url=STEP)
        return get_response(request)

    return middleware
