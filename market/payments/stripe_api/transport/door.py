"""The one view behind `/v1/`: who calls, what is asked, done once, answered in JSON whatever happens."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from core.kit.addresses import client_address
from market.payments.stripe_api.actions.idempotency import Overtaken, give_key_back, keep_answer, take_key
from market.payments.stripe_api.actions.keys import note_key_use
from market.payments.stripe_api.actions.news import asked_by
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import IdempotencyRecord
from market.payments.stripe_api.resources import ROUTES
from market.payments.stripe_api.resources.expanding import expand
from market.payments.stripe_api.transport.answers import Answered, respond, written
from market.payments.stripe_api.transport.caller import Caller, count_request, key_of
from market.payments.stripe_api.transport.form import Fields, read_form
from market.payments.stripe_api.transport.params import Params, parse
from market.payments.stripe_api.transport.problems import Problem
from market.payments.stripe_api.transport.routes import Found, Shape, find

log = logging.getLogger(__name__)
LARGEST_BODY = 256_000
_LOCKED = {"40001", "40P01", "55P03"}  # PostgreSQL: could not serialise, deadlock, lock not available
_OUR_FAULT = Problem("An unknown error occurred on our side.", status=500, kind="api_error")
_BUSY = Problem(
    "The object is in use by another request. Try again.", status=429, code="lock_timeout", is_worth_repeating=True
)


@csrf_exempt
def door(request: HttpRequest, path: str = "") -> HttpResponse:
    """Every request of a program."""
    request_id = new_id("req", 14)
    idempotency_key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    try:
        answered = _answer(request, path, request_id, idempotency_key)
    except Problem as problem:
        answered = _of(problem)
    except Exception as error:
        log.exception("request %s failed", request_id)
        answered = _of(_BUSY if _met_another(error) else _OUR_FAULT)
    return respond(
        answered,
        request_id=request_id,
        version=request.headers.get("Stripe-Version", "")[:60],
        idempotency_key=idempotency_key[:255],
    )


def answers_in_json(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what is refused under /v1 before it comes to the door (another host's name) is said in JSON too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_ours = request.path.startswith("/v1/") or request.path == "/v1"
        if not is_ours or response.get("Content-Type", "").startswith("application/json"):
            return response
        status = response.status_code if response.status_code >= 400 else 400
        problem = Problem("The request could not be read.", status=status) if status < 500 else _OUR_FAULT
        return respond(_of(problem), request_id=new_id("req", 14), version="", idempotency_key="")

    return middleware


def _met_another(error: Exception) -> bool:
    """Whether it failed only because somebody else was at the same rows; other troubles of the database are ours to mend."""
    if not isinstance(error, OperationalError):
        return isinstance(error, Overtaken)
    state = getattr(error.__cause__, "sqlstate", None)
    return state in _LOCKED or (state is None and "locked" in str(error))


def _of(problem: Problem) -> Answered:
    return Answered(problem.status, written(problem.body()), is_worth_repeating=problem.is_worth_repeating)


def _answer(request: HttpRequest, path: str, request_id: str, idempotency_key: str) -> Answered:
    key = key_of(request)
    count_request(key)
    found = find(ROUTES, request.method or "", path)
    if len(idempotency_key) > 255:
        raise Problem("Idempotency keys can have up to 255 characters.", param="Idempotency-Key")
    if "Stripe-Account" in request.headers or "Stripe-Context" in request.headers:
        raise Problem("Acting for another account is not supported here.", status=403)
    fields = _fields(request)
    given = parse(found.route.params, fields)
    caller = Caller(key.application, key.is_live, key, request_id, idempotency_key, client_address(request))
    note_key_use(key)
    if not idempotency_key:
        _do_first(caller, found, given)
        return Answered(200, written(_done(caller, found, given)))
    return _once(caller, found, given, _fingerprint(request, path, fields))


def _once(caller: Caller, found: Found, given: Params, fingerprint: str) -> Answered:
    record = take_key(caller, fingerprint)
    if isinstance(record, Answered):
        return record
    try:
        _do_first(caller, found, given)
        with transaction.atomic():
            body = written(_done(caller, found, given))
            keep_answer(record, 200, body)
        return Answered(200, body)
    except Problem as problem:
        return _kept(record, _of(problem))
    except (OperationalError, Overtaken):
        give_key_back(record)
        raise
    except Exception:
        log.exception("request %s failed", caller.request_id)
        return _kept(record, _of(_OUR_FAULT))


def _kept(record: IdempotencyRecord, answered: Answered) -> Answered:
    """A refusal is repeated as well; what was refused because of the moment is not."""
    if answered.is_worth_repeating:
        give_key_back(record)
        return answered
    with transaction.atomic():
        keep_answer(record, answered.status, answered.body)
    return answered


def _do_first(caller: Caller, found: Found, given: Params) -> None:
    if found.route.first is not None:
        found.route.first(caller, given, *found.ids)


def _done(caller: Caller, found: Found, given: Params) -> Shape:
    with transaction.atomic(), asked_by(caller.request_id, caller.idempotency_key):
        return expand(caller, found.route.do(caller, given, *found.ids), given.expand)


def _fields(request: HttpRequest) -> Fields:
    query = request.META.get("QUERY_STRING", "")
    if request.method != "POST":
        return read_form(query)
    if "Transfer-Encoding" in request.headers:
        raise Problem("The request's body must come with its length.", status=411)
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdecimal() or int(announced) > LARGEST_BODY:
        raise too_large()
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large() from None
    except UnreadablePostError:
        raise Problem("The request's body ended too early.") from None
    if len(body) > LARGEST_BODY:
        raise too_large()
    if len(body) < int(announced):
        # Half a form is another form: amount=150000 may have become amount=15000.
        raise Problem("The request's body ended too early.")
    kind = request.content_type or ""
    if body and kind != "application/x-www-form-urlencoded":
        raise Problem(
            f"Invalid request: bodies are form-encoded (application/x-www-form-urlencoded), not {kind[:60] or 'of no type'}."
        )
    fields = read_form(body)
    for name, value in read_form(query).items():
        if name in fields:
            raise Problem("The parameter was sent twice, or in two shapes.", param=name[:100])
        fields[name] = value
    return fields


def too_large() -> Problem:
    """A body that nobody needs."""
    return Problem(f"The request is too large: at most {LARGEST_BODY} bytes.", status=413)


def _fingerprint(request: HttpRequest, path: str, fields: dict[str, Any]) -> str:
    asked = json.dumps([request.method, path, fields], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()
