"""My API keys."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit.encryption import decrypt, encrypt
from core.people.account.proof import freshly_proved, person_of
from core.people.keys.actions import KeyRefused, end_api_token, make_api_token
from core.people.keys.forms import KeyForm
from core.people.keys.rules import KEY_ROLES
from core.people.models import ApiToken
from core.people.queries import open_keys, viewer_of
from core.people.views import for_roles

SHOWN_ONCE = "new_api_key"


@never_cache
@require_safe
@for_roles(*KEY_ROLES)
def keys(request: HttpRequest) -> HttpResponse:
    """What keys I have; the one made just now is shown, once."""
    made = request.session.pop(SHOWN_ONCE, "") if request.method == "GET" else ""
    rows = open_keys().filter(user=person_of(request)).order_by("-made_at", "-pk")
    return render(request, "core/people/keys/list.html", {"keys": rows, "new_key": decrypt(made)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*KEY_ROLES)
@freshly_proved
def make(request: HttpRequest) -> HttpResponse:
    """Make a key; asks for a fresh proof, because a key needs no second factor afterwards."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            key = make_api_token(
                user=person_of(request),
                name=form.cleaned_data["name"],
                by=viewer_of(request),
                expires_at=form.expires_at(),
            )
        except KeyRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            # Sessions are stored: what opens a door is kept there encrypted, and only until it is shown.
            request.session[SHOWN_ONCE] = encrypt(key)
            return redirect("api_keys")
    return render(request, "core/people/keys/make.html", {"form": form})


@require_POST
@for_roles(*KEY_ROLES)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """One of my keys opens nothing any more."""
    token = get_object_or_404(ApiToken, pk=pk, user=person_of(request))
    end_api_token(token=token, by=viewer_of(request))
    messages.success(request, _("Đã kết thúc khóa. Phần mềm dùng khóa này không vào được nữa."))
    return redirect("api_keys")
