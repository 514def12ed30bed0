"""What people see: the shop window, a product's page, and the moderator's desk."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from market.platforms.sandbox.listing import BLOCKED, ON_SALE, PENDING, REFUSED
from market.platforms.sandbox.marketplace import marketplace_of

STYLE = Path(__file__).parent / "templates" / "style.css"
REASON_ROWS = range(1, 4)
REASON_FIELDS = {
    "name": "Tên sản phẩm",
    "detail": "Mô tả",
    "category": "Ngành hàng",
    "price_vnd": "Giá",
    "weight_g": "Khối lượng",
    "images": "Ảnh",
    "certificates": "Giấy chứng nhận",
    "papers": "Giấy tờ kèm theo",
    "composition": "Thành phần",
    "caution": "Cảnh báo",
    "keeps_for": "Hạn dùng",
}
REASON_LENGTH = 500


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """All listings that buyers may see."""
    found = marketplace_of(request).store.listings(states=[ON_SALE], size=200)
    return render(request, "home.html", {"listings": [listing for listing in found if listing.is_public]})


@require_GET
def product(request: HttpRequest, listing_id: int) -> HttpResponse:
    """One listing's public page; 404 unless it is live."""
    listing = marketplace_of(request).store.get(listing_id)
    if listing is None or not listing.is_public:
        raise Http404
    return render(request, "product.html", {"listing": listing})


@require_http_methods(["GET", "POST"])
def moderation(request: HttpRequest) -> HttpResponse:
    """The moderator's desk: approve, refuse with reasons, take down."""
    if request.method == "POST":
        return _decide(request)
    return _desk(request)


def _decide(request: HttpRequest) -> HttpResponse:
    store = marketplace_of(request).store
    given = request.POST.get("listing", "")
    listing = store.get(int(given)) if given.isascii() and given.isdigit() and len(given) < 12 else None
    if listing is None:
        return _desk(request, message="Tin này không còn. Hãy chọn tin khác trong danh sách.", status=404)
    reasons = [
        {"field": field, "text": text[:REASON_LENGTH]}
        for row in REASON_ROWS
        if (text := request.POST.get(f"text_{row}", "").strip())
        and ((field := request.POST.get(f"field_{row}", "")) in REASON_FIELDS or field == "")
    ]
    match request.POST.get("decision"):
        case "approve":
            store.review(listing.id, ON_SALE)
        case "reject" if reasons:
            store.review(listing.id, REFUSED, reasons)
        case "suspend":
            store.review(listing.id, BLOCKED, reasons)
        case _:
            message = "Tin chưa bị từ chối. Hãy viết ít nhất một lý do để người bán biết cần sửa gì."
            return _desk(request, message=message, problem_id=listing.id, status=422)
    return redirect("moderation")


def _desk(request: HttpRequest, *, message: str = "", problem_id: int | None = None, status: int = 200) -> HttpResponse:
    store = marketplace_of(request).store
    context = {
        "pending": store.listings(states=[PENDING], size=100),
        "live": store.listings(states=[ON_SALE], size=100),
        "reason_rows": REASON_ROWS,
        "reason_fields": REASON_FIELDS,
        "message": message,
        "problem_id": problem_id,
    }
    return render(request, "moderation.html", context, status=status)


@require_GET
def photo(request: HttpRequest, media_id: str) -> HttpResponse | FileResponse:
    """A photo by its id."""
    found = marketplace_of(request).store.photos.find(media_id)
    if found is None:
        raise Http404
    path, content_type = found
    return FileResponse(
        path.open("rb"),
        content_type=content_type,
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=31536000, immutable"},
    )


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """The style sheet."""
    return HttpResponse(STYLE.read_bytes(), content_type="text/css; charset=utf-8")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A calm page instead of a bare 404."""
    return render(request, "missing.html", status=404)
