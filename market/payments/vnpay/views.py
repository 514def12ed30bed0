"""What VNPAY and the buyer's browser call."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from core.kit.addresses import client_address
from market.payments.vnpay.provider import CallerRefused, take_ipn, take_return

log = logging.getLogger(__name__)


@csrf_exempt
@never_cache
@require_GET
def ipn(request: HttpRequest) -> HttpResponse:
    """VNPAY tells a result, server to server. HTTP 200 with a code (99 makes VNPAY call again), 403 to anybody else."""
    try:
        code, message = take_ipn(request.META.get("QUERY_STRING", ""), client_address(request))
    except CallerRefused:
        return JsonResponse({"RspCode": "99", "Message": "Caller not allowed"}, status=403)
    except Exception:
        log.exception("IPN could not be handled")
        code, message = "99", "Unknown error"
    return JsonResponse({"RspCode": code, "Message": message})


@never_cache
@require_GET
def returned(request: HttpRequest) -> HttpResponse:
    """The buyer comes back: on to the order's page, which reads the payment's own state."""
    found = take_return(request.META.get("QUERY_STRING", ""), client_address(request))
    if found is None:
        return render(request, "market/payments/return_refused.html", status=400)
    return redirect(f"{found.payment.return_path}?v={found.meaning.reason}")
