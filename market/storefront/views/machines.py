"""What search engines read first."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from market.storefront.addresses import absolute

# Places that are for one person, or for those who work here: nothing to find in them.
_NOT_FOR_MACHINES = (
    "/nguoi-ban/", "/gio-hang", "/dat-hang", "/don-hang/", "/tai-khoan/", "/dang-nhap/", "/hop-thu/", "/api/", "/cms/", "/admin/",
    "/ban-viec/", "/xa/", "/san/", "/bang/", "/thuc-dia/", "/lam-thay/", "/di-tiep/",
)  # fmt: skip


def robots(request: HttpRequest) -> HttpResponse:
    """What machines may visit. The demo asks to be left out altogether: its people are made up, its goods are not."""
    lines = ["User-agent: *"]
    if settings.DEMO:
        lines.append("Disallow: /")
    else:
        lines += [f"Disallow: {place}" for place in _NOT_FOR_MACHINES]
        lines += ["", f"Sitemap: {absolute('/sitemap.xml')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
