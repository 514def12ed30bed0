"""What a phone needs to put the field app on its home screen (W3C web app manifest)."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static


def manifest(*, start: str) -> dict[str, Any]:
    """Name, colours and icons of the app; `start` is the shell's address."""

    def icon(size: int, purpose: str, name: str) -> dict[str, str]:
        source = static(f"field/icons/{name}-{size}.png")
        return {"src": source, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

    return {
        "id": start,
        "name": "Lên Sàn: đi thực địa",
        "short_name": "Thực địa",
        "description": "Tổ công nghệ số đăng ký hộ, ghi buổi thăm và tập huấn, không có mạng cũng ghi được.",
        "lang": "vi",
        "dir": "ltr",
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "orientation": "any",
        "background_color": "#fbfaf6",
        "theme_color": "#1f6b3b",
        "icons": [
            {"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            icon(192, "any", "icon"),
            icon(512, "any", "icon"),
            icon(512, "maskable", "maskable"),
        ],
    }
