"""What the seller API accepts: a body becomes clean values, or a list of complaints per field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from market.platforms.sandbox.store import Store

NAME_MINIMUM, NAME_MAXIMUM, DETAIL_MAXIMUM, IMAGES_MAXIMUM = 3, 120, 5000, 9
PRICE_MAXIMUM, QUANTITY_MAXIMUM = 1_000_000_000, 1_000_000
TEXT_MAXIMUM = 2000
PHOTO_BYTES_MAXIMUM = 5_000_000
PHOTO_STARTS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF"}


class Refused(Exception):
    """Fields that do not fit: {field: [sentence, …]}, by which version of the rules ("" where no rules of goods are broken)."""

    def __init__(self, fields: dict[str, list[str]], rule_version: str = "") -> None:
        super().__init__(str(sorted(fields)))
        self.fields, self.rule_version = fields, rule_version


class _Reader:
    """Takes one value after the other from a JSON object and collects the complaints."""

    def __init__(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise Refused({"": ["Nội dung phải là một đối tượng JSON."]})
        self.body = body
        self.fields: dict[str, list[str]] = defaultdict(list)

    def text(self, name: str, *, least: int = 0, most: int = 200) -> str:
        value = self.body.get(name, "")
        if not isinstance(value, str) or not least <= len(value.strip()) <= most:
            self.fields[name].append(f"Cần từ {least} đến {most} ký tự.")
            return ""
        return value.strip()

    def number(self, name: str, least: int, most: int) -> int:
        value = self.body.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fields[name].append(f"Cần số nguyên từ {least} đến {most}.")
            return 0
        return value

    def items(self, name: str, most: int, read: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Any]:
        value = self.body.get(name, [])
        if not isinstance(value, list) or len(value) > most:
            self.fields[name].append(f"Cần danh sách tối đa {most} mục.")
            return []
        if not all(isinstance(item, dict) for item in value):
            self.fields[name].append("Mỗi mục phải là một đối tượng JSON.")
            return []
        return [read(item) for item in value]

    def finish(self) -> None:
        if self.fields:
            raise Refused(dict(self.fields))


def read_content(body: Any, store: Store | None) -> dict[str, Any]:
    """The reviewed part of a listing; without a store photos need not be there yet. Raises Refused."""
    reader = _Reader(body)
    origin = _Reader(reader.body.get("origin") or {})
    content: dict[str, Any] = {
        "name": reader.text("name", least=NAME_MINIMUM, most=NAME_MAXIMUM),
        "detail": reader.text("detail", most=DETAIL_MAXIMUM),
        "category": reader.text("category", most=60),
        "unit": reader.text("unit", most=40),
        "weight_g": None if reader.body.get("weight_g") is None else reader.number("weight_g", 1, 1_000_000),
        "maker": reader.text("maker"),
        "origin": {"commune": origin.text("commune"), "province": origin.text("province")},
        "images": reader.items("images", IMAGES_MAXIMUM, _image),
        "certificates": reader.items("certificates", 10, _certificate),
        "papers": reader.items("papers", 20, _paper),
        "composition": reader.text("composition", most=TEXT_MAXIMUM),
        "caution": reader.text("caution", most=TEXT_MAXIMUM),
        "keeps_for": reader.text("keeps_for"),
    }
    if store is not None and any(store.photos.find(image["id"]) is None for image in content["images"]):
        reader.fields["images"].append("Có ảnh chưa được gửi lên sàn.")
    reader.fields.update({f"origin.{name}": texts for name, texts in origin.fields.items()})
    reader.finish()
    return content


def read_offer(body: Any) -> tuple[int, int]:
    """Price in đồng and quantity. Raises Refused."""
    reader = _Reader(body)
    offer = (reader.number("price_vnd", 1, PRICE_MAXIMUM), reader.number("quantity", 0, QUANTITY_MAXIMUM))
    reader.finish()
    return offer


def read_sku(body: Any) -> str:
    """The seller's own code. Raises Refused."""
    reader = _Reader(body)
    sku = reader.text("seller_sku", least=1, most=64)
    reader.finish()
    return sku


def read_photo(content_type: str, photo: bytes) -> str:
    """The content type of a photo that really is one. Raises Refused."""
    start = PHOTO_STARTS.get(content_type)
    if start is None or not photo.startswith(start):
        raise Refused({"photo": ["Ảnh phải là JPEG, PNG hoặc WebP và mở được."]})
    if len(photo) > PHOTO_BYTES_MAXIMUM:
        raise Refused({"photo": ["Ảnh không được quá 5 MB."]})
    return content_type


def _image(item: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(item.get("id", ""))[:80], "alt": str(item.get("alt", ""))[:200]}


def _certificate(item: dict[str, Any]) -> dict[str, Any]:
    stars = item.get("stars")
    texts = {name: str(item.get(name) or "")[:200] for name in ("code", "number", "valid_until", "check_url")}
    if not texts["check_url"].startswith(("https://", "http://")):
        texts["check_url"] = ""
    return {**texts, "stars": stars if isinstance(stars, int) and 1 <= stars <= 5 else None}


def _paper(item: dict[str, Any]) -> dict[str, Any]:
    return {name: str(item.get(name) or "")[:200] for name in ("code", "name", "number", "issuer", "valid_until")}
