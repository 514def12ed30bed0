"""The book of money: looked through on a page, or taken away as a file."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit import clock
from core.kit.sheets import XLSX
from core.people.queries import viewer_of
from market.ledger.queries import book_sum
from market.payments.desk.actions import note_book_export
from market.payments.desk.forms import BookForm
from market.payments.desk.guard import sees_money
from market.payments.desk.queries.book import entries_asked_for, lines_of, names_of_accounts, sums_of
from market.payments.desk.sheets import MOST, book_as_csv, book_as_xlsx

PER_PAGE = 25


@require_safe
@never_cache
@sees_money
def book(request: HttpRequest) -> HttpResponse:
    """Entries, newest first; of one account with what it stood at after each."""
    form = BookForm(request.GET)
    asked = form.asked()
    entries = entries_asked_for(viewer_of(request), asked)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    # Between rows of one kind or subject others lie: a balance beside them would not follow from what is seen.
    with_balance = bool(asked.account) and not asked.kind and not asked.subject
    context = {
        "form": form,
        "asked": asked,
        "account": names_of_accounts([asked.account])[asked.account] if asked.account else "",
        "page": page,
        "lines": lines_of(list(page), account=asked.account, with_balance=with_balance),
        "with_balance": with_balance,
        "sums": sums_of(entries, asked.account),
        "sum": book_sum(),
        "is_narrowed": bool(form.changed_data),
        "most": MOST,
    }
    return render(request, "market/payments/desk/book.html", context)


@require_safe
@never_cache
@sees_money
def book_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same entries as a csv file or a workbook. Taking them away is noted."""
    if kind not in {"csv", "xlsx"}:
        raise Http404
    viewer = viewer_of(request)
    entries = entries_asked_for(viewer, BookForm(request.GET).asked())
    note_book_export(count=entries[:MOST].count(), by=viewer)
    answer: HttpResponseBase
    if kind == "csv":
        answer = StreamingHttpResponse(book_as_csv(entries), content_type="text/csv; charset=utf-8")
    else:
        answer = HttpResponse(book_as_xlsx(entries), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="so-tien-{clock.today():%Y-%m-%d}.{kind}"'
    return answer
