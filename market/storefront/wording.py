"""How a buyer reads numbers: stock, season, how long it keeps, what a kilogram costs. Pure, Vietnamese."""

from __future__ import annotations

from core.kit.money import dong

FEW = 5  # of what is counted in pieces; said so that nobody is disappointed


def by_measure_words(by_measure: tuple[int, str] | None) -> str:
    """ "280.000 đ/kg" of what `price_by_measure` says; "" for None."""
    return f"{dong(by_measure[0])}/{by_measure[1]}" if by_measure else ""


def stock_words(stock: int, unit: str) -> str:
    """What a buyer needs to know of a stock: "Còn 24 túi.", "Chỉ còn 3 túi.", "Tạm hết hàng."."""
    if stock <= 0:
        return "Tạm hết hàng."
    return f"Chỉ còn {stock} {unit}." if stock <= FEW else f"Còn {stock} {unit}."


def season_words(first: int | None, last: int | None, month: int) -> str:
    """ "Tháng 11 đến tháng 2 năm sau, bây giờ đang mùa." of months 1 to 12, both included; "" where there is no season."""
    if first is None or last is None:
        return ""
    if first == last:
        span = f"Tháng {first}"
    else:
        span = f"Tháng {first} đến tháng {last}" + (" năm sau" if last < first else "")
    is_on = first <= month <= last if first <= last else month >= first or month <= last
    return f"{span}, bây giờ đang mùa." if is_on else f"{span}, bây giờ trái mùa."


def shelf_life_words(days: int | None) -> str:
    """ "180 ngày (6 tháng) kể từ ngày làm ra"; "" for None."""
    if not days:
        return ""
    months = f" ({days // 30} tháng)" if days >= 60 and days % 30 == 0 else ""
    return f"{days} ngày{months} kể từ ngày làm ra"


def alcohol_words(tenths: int | None) -> str:
    """ "29,5 % cồn" of tenths of a per cent; "" where there is none."""
    if not tenths:
        return ""
    whole, rest = divmod(tenths, 10)
    return (f"{whole},{rest}" if rest else str(whole)) + "\u00a0% cồn"
