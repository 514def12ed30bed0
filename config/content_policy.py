"""What a page of ours may load, as the Content-Security-Policy header.

No inline script, no inline style, nothing from other hosts. Forms may lead on to VNPAY's pay page only: browsers check
the redirect that follows a form against `form-action` as well. Wagtail's editor is written with inline scripts and styles
and shows previews in frames, so /cms/ has a policy of its own; it too loads nothing from other hosts.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

Directives = dict[str, list[str]]
EDITOR = "/cms/"


def origin(address: str) -> str:
    """ "https://pay.vnpay.vn" of a full address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def for_pages(*pay_urls: str) -> Directives:
    """The policy of every page but the editor's. Forms may lead on to these pay pages; "" is none."""
    return {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF, *dict.fromkeys(origin(url) for url in pay_urls if url)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }


def for_the_editor() -> Directives:
    """The policy of /cms/."""
    return {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_INLINE],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "frame-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    }


class ContentPolicy(CSPMiddleware):
    """Puts the header on every answer; the editor's by its address."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(EDITOR) and not report_only:
            parts.config = {**for_the_editor()}
        return parts
