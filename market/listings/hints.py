"""What would make a listing better: advice that never blocks. Pure: it reads what the caller has at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from market.listings.models import Listing, SaleUnit
from market.listings.rules import price_by_measure, price_per_kg, price_per_litre

# Measured on the drawn pictures of the demo and on smoothed noise, each 1600 × 1200: in focus they have a sharpness of 70
# to 100 (the plainest texture 70), blurred by a radius of 2 pixels 14, of 3 pixels 5, of 4 pixels below 3. Below 8 is
# blurred so that a label cannot be read. At a quarter of the light they have a mean brightness of 32 to 52 of 255,
# otherwise 128 and more.
BLURRED_BELOW = 8
DARK_BELOW = 60
# A card in a list shows 480 points a side: a photo with a shorter side below that is stretched everywhere.
SMALL_BELOW = 480
SHORT_TEXT = 80
FEW_LETTERS = 6
# So many times dearer or cheaper per kilogram than the middle of the shop's goods of the same category looks like a slip
# in price or weight; with fewer than three others there is no middle to speak of.
FAR = 4
ENOUGH_OTHERS = 3
COUNTED_UNITS = {
    SaleUnit.PIECE.value, SaleUnit.BOX.value, SaleUnit.BAG.value, SaleUnit.JAR.value, SaleUnit.PACK.value, SaleUnit.CARTON.value,
    SaleUnit.FRUIT.value, SaleUnit.BUNCH.value, SaleUnit.TRAY.value, SaleUnit.BOTTLE.value, SaleUnit.CAN.value,
}  # fmt: skip
# What is not eaten or drunk is not compared by weight.
WEIGHED_SECTORS = {"Thực phẩm", "Đồ uống", "Dược liệu"}


@dataclass(frozen=True)
class Hint:
    """One piece of advice: the field of the form it is about, and a sentence."""

    field: str
    sentence: str


def hints_for(listing: Listing, others: Sequence[Listing] = ()) -> list[Hint]:
    """Advice for a listing whose photos and category are loaded; `others` are the shop's other goods of its category."""
    return [*_photo_hints(listing), *_word_hints(listing), *_measure_hints(listing, others)]


def _photo_hints(listing: Listing) -> list[Hint]:
    photos = [row.photo for row in listing.photos.all()]
    found = []
    for number, photo in enumerate(photos, start=1):
        if min(photo.width, photo.height) < SMALL_BELOW:
            size = f"{photo.width} × {photo.height} điểm"
            found.append(Hint("photos", f"Ảnh {number} rất nhỏ ({size}), phóng to sẽ vỡ. Chụp lại, hoặc gửi ảnh gốc."))
        if photo.brightness is not None and photo.brightness < DARK_BELOW:
            found.append(Hint("photos", f"Ảnh {number} hơi tối. Chụp lại nơi sáng, gần cửa hoặc ngoài trời."))
        elif photo.sharpness is not None and photo.sharpness < BLURRED_BELOW:
            found.append(Hint("photos", f"Ảnh {number} hơi mờ. Giữ chắc máy, chạm vào sản phẩm cho rõ rồi chụp lại."))
    if len(photos) == 1:
        found.append(Hint("photos", "Mới có một ảnh. Thêm ảnh nhãn và ảnh nơi làm để người mua yên tâm."))
    return found


def _word_hints(listing: Listing) -> list[Hint]:
    found = []
    letters = [letter for letter in listing.name if letter.isalpha()]
    if len(letters) >= FEW_LETTERS and all(letter.isupper() for letter in letters):
        found.append(Hint("name", "Tên viết toàn chữ hoa khó đọc. Viết hoa chữ đầu là đủ."))
    if 0 < len(listing.description) < SHORT_TEXT:
        found.append(Hint("description", "Mô tả còn ngắn. Thêm vị, cách dùng và cách làm ra."))
    return found


def _measure_hints(listing: Listing, others: Sequence[Listing]) -> list[Hint]:
    if listing.category is None or listing.category.sector not in WEIGHED_SECTORS:
        return []
    if listing.unit in COUNTED_UNITS and not listing.net_weight and not listing.net_volume:
        return [Hint("net_weight", "Chưa ghi khối lượng. Ghi vào thì người mua so được giá theo ký.")]
    shown = price_by_measure(listing)
    measure = price_per_litre if shown and shown[1] == "lít" else price_per_kg
    own = measure(listing)
    theirs = [amount for other in others if other.pk != listing.pk and (amount := measure(other)) is not None]
    if own is None or len(theirs) < ENOUGH_OTHERS:
        return []
    middle = median(theirs)
    if own * FAR < middle or own > middle * FAR:
        word = "thấp" if own < middle else "cao"
        return [Hint("price", f"Giá theo khối lượng {word} hơn hẳn hàng cùng loại của bạn. Xem lại giá và khối lượng.")]
    return []
