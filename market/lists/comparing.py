"""What a row of a list of goods would do: new, the same, changed, or refused and why. Pure reading of the desk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.files.models import Photo
from core.imports.contract import Change, Claim, Outcome, RowVerdict, refused
from core.imports.sheet.columns import CellRefused, Values
from core.kit.money import dong
from market.listings.actions import ListingFacts
from market.listings.actions.facts import as_written
from market.listings.counting import MovedSince, stock_to_be
from market.listings.models import Listing
from market.listings.rules import added_by, missing_for_sale
from market.lists import cells
from market.lists.desk import GoodsDesk, move_seen_in, new_key, sku_in
from market.lists.fields import BY_NAME, FIELDS, MAIN, STATE, STOCK, Field, as_text, same_text
from market.lists.pictures import PhotoPlan, names_of, planned_photos

State = Listing.State
NOT_YOURS = (
    "Mã «{sku}» không phải của gian hàng bạn. Hãy để trống mã nếu là sản phẩm mới, hoặc lấy lại bảng để có đúng mã."
)
STAYS_AS_IT_WAS = "Hàng đang bán nên dòng này chưa ghi: hãy sửa chữ, hoặc ghi «tạm ngừng» ở cột tình trạng. "
_PRICE = BY_NAME["price"]
_NEEDED = ("name", "category", "price", "unit")


@dataclass(frozen=True)
class Plan:
    """What is to be written. `facts` None: text, price and stock stay. `move_seen` as `write_listing`; `state` None: stays."""

    listing: Listing | None
    main: Listing | None
    facts: ListingFacts | None
    photos: tuple[Photo | str, ...]
    move_seen: int | None
    state: str | None


@dataclass(frozen=True)
class _Read:
    """The cells of a row that say something new: {field: value}, each as a change in words, and what is wrong."""

    values: dict[str, Any]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    reasons: tuple[str, ...]


def verdict_of(values: Values, desk: GoodsDesk) -> RowVerdict:
    """The verdict of one row."""
    sku, main_sku = sku_in(values), sku_in(values, "main")
    listing, main = desk.listings.get(sku), desk.listings.get(main_sku)
    title = (values["name"] or "").strip() or (listing.name if listing else sku)
    if sku and listing is None:
        return refused(NOT_YOURS.format(sku=sku), title=title)
    if main_sku and (main is None or main.main_id is not None):
        return refused(
            f"{MAIN.label}: «{main_sku}» không phải mã của một sản phẩm chính trong gian hàng bạn. Hãy nhập sản phẩm chính "
            "trước, lấy lại bảng, rồi ghi mã của nó vào cột này.",
            title=title,
        )
    if listing is None and (doubt := _of_namesakes(values, main, desk, title)):
        return doubt
    if listing is not None and main_sku and main_sku != (listing.main.sku if listing.main else listing.sku):
        return refused(f"{MAIN.label}: không đổi được. Hãy để như lúc lấy bảng.", title=title)
    return _known(listing, values, desk) if listing is not None else _new(main, values, desk, title)


def _known(listing: Listing, values: Values, desk: GoodsDesk) -> RowVerdict:
    """A row about a listing of the shop."""
    read = _read(values, listing, desk, main=listing.main)
    stock, seen, stock_change, stock_reason = _stock(values, listing, desk)
    photos = planned_photos(None if listing.main_id else values["pictures"], listing, desk)
    wrong = (*read.reasons, *stock_reason, *photos.reasons)
    title = _title(listing.name, listing.variant_name)
    state, state_reason = _state(values, listing)
    if wrong or state_reason:
        return refused(*wrong, *state_reason, title=title)
    facts = replace(facts_of(listing), **read.values, stock=listing.stock if stock is None else stock)
    since = desk.moved.get(listing.pk) if seen is not None else None
    expected = listing.stock if stock is None else stock_to_be(listing.stock, stock, since)
    would_be = _as_written(facts, photos, expected, listing)
    stays = state is None and listing.state == State.PUBLISHED
    state, doubts = _as_ready(state, listing, would_be, desk)
    changes = [*read.changes, *stock_change]
    if photos.is_change:
        changes.append(Change("Ảnh", names_of(listing), photos.names))
    is_written = bool(changes)
    if is_written and stays and (missing := added_by(listing, would_be, desk.rules)):
        return refused(STAYS_AS_IT_WAS + " ".join(each.sentence for each in missing), title=title)
    if state is not None:
        changes.append(Change(STATE.label, cells.STATE_WORDS[listing.state], cells.STATE_WORDS[state]))
    plan = Plan(listing, None, facts if is_written else None, photos.photos, seen, state)
    outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
    warnings = (*read.warnings, *photos.warnings, *doubts)
    claim = Claim(f"listing:{listing.pk}")
    return RowVerdict(outcome, title, warnings=warnings, changes=tuple(changes), claims=(claim,), data=plan)


def _new(main: Listing | None, values: Values, desk: GoodsDesk, title: str) -> RowVerdict:
    """A row about something the shop does not have yet, or about a new size of `main`."""
    read = _read(values, None, desk, main=main)
    missing = _missing(values, main)
    stock, _, _, stock_reason = _stock(values, None, desk)
    photos = planned_photos(None if main else values["pictures"], None, desk)
    state, state_reason = _state(values, None)
    wrong = (*missing, *read.reasons, *stock_reason, *photos.reasons, *state_reason)
    if wrong:
        return refused(*wrong, title=title)
    facts = _new_facts(main, read.values, stock or 0)
    if main is not None:
        photos = replace(photos, photos=tuple(shown.photo for shown in main.photos.all()))
    state, doubts = _as_ready(state, None, _as_written(facts, photos, stock or 0, main), desk)
    changes = [Change(_PRICE.label, "", _dong(facts.price)), Change(STOCK.label, "", str(facts.stock))]
    if photos.names:
        changes.append(Change("Ảnh", "", photos.names))
    if state == State.PUBLISHED:
        changes.append(Change(STATE.label, "", cells.STATE_WORDS[state]))
    title = _title(facts.name, facts.variant_name)
    plan = Plan(None, main, facts, photos.photos, None, state)
    warnings = (*read.warnings, *photos.warnings, *doubts)
    claim = Claim(f"new:{main.pk if main else ''}:{'|'.join(new_key(facts.name, facts.variant_name))}")
    return RowVerdict(Outcome.CREATED, title, warnings=warnings, changes=tuple(changes), claims=(claim,), data=plan)


def _of_namesakes(values: Values, main: Listing | None, desk: GoodsDesk, title: str) -> RowVerdict | None:
    """A row without SKU that says what a listing of this name says already is that listing: a list sent twice adds nothing.
    (Its stock and state are then left alone: goods were sold since.)"""
    name = main.name if main else values["name"] or ""
    for known in desk.namesakes.get(new_key(name, values["variant_name"] or ""), ()):
        if known.main_id != (main.pk if main else None):
            continue
        read = _read(values, known, desk, main=main)
        photos = planned_photos(None if main else values["pictures"], known, desk)
        if not (read.values or read.reasons or photos.is_change or photos.reasons):
            said = f"Đã có sản phẩm này, mã {known.sku}. Dòng này không thêm lần nữa."
            return RowVerdict(Outcome.UNCHANGED, _title(known.name, known.variant_name), warnings=(said,))
        if main is not None:
            return refused(
                f"Quy cách: «{known.variant_name}» đã có, mã {known.sku}. Hãy ghi mã đó, hoặc tên quy cách khác.",
                title=title,
            )
    return None


def _read(values: Values, listing: Listing | None, desk: GoodsDesk, *, main: Listing | None) -> _Read:
    found: dict[str, Any] = {}
    changes, warnings, reasons = [], [], []
    for field in FIELDS:
        written = values[field.name]
        before = as_text(field.shown(listing)) if listing is not None else ""
        if not written or (listing is not None and same_text(written, before)):
            continue
        if main is not None and field.shared:
            if not same_text(written, as_text(field.shown(main))):
                warnings.append(f"{field.label}: theo sản phẩm chính, nên chỗ ghi ở dòng này được bỏ qua.")
            continue
        try:
            value = _value(field, written, desk)
        except CellRefused as refusal:
            reasons.append(f"{field.label}: {refusal}")
            continue
        if listing is None or value != getattr(listing, field.name):
            found[field.name] = value
            after = "" if value in (None, "") else written.strip()
            if field is _PRICE:
                before, after = _dong(listing.price if listing else None), _dong(value)
            changes.append(Change(field.label, before, after))
    reasons += _season_reason(found, listing)
    return _Read(found, tuple(changes), tuple(warnings), tuple(reasons))


def _dong(price: int | None) -> str:
    return "" if price is None else dong(price)


def _value(field: Field, written: str, desk: GoodsDesk) -> Any:
    if field.can_be_empty and written.strip() == cells.CLEARED:
        return field.empty
    value = field.read(written, desk)
    if value == "" and not field.can_be_empty:
        raise CellRefused("ô này chỉ có dấu trống. Hãy ghi chữ.")
    return value


def _season_reason(found: dict[str, Any], listing: Listing | None) -> list[str]:
    months = [found.get(name, getattr(listing, name, None)) for name in ("season_from", "season_to")]
    if (months[0] is None) != (months[1] is None):
        return ["Mùa: hãy ghi cả tháng bắt đầu và tháng kết thúc, hoặc bỏ trống cả hai."]
    return []


def _stock(
    values: Values, listing: Listing | None, desk: GoodsDesk
) -> tuple[int | None, int | None, list[Change], list[str]]:
    """The number written (None: stays), the last move when the sheet went out, the change, what is wrong.

    The change is told as the sheet counts, without what orders took since: a sale is no other change."""
    written = values["stock"]
    if not written:
        return None, None, [], []
    try:
        wanted = cells.stock(written)
        seen = move_seen_in(values) if listing is not None else None
    except CellRefused as refusal:
        return None, None, [], [f"{STOCK.label}: {refusal}"]
    if listing is None:
        return wanted, None, [], []
    since = desk.moved.get(listing.pk, MovedSince()) if seen is not None else None
    if stock_to_be(listing.stock, wanted, since) == listing.stock:
        return None, None, [], []
    before = listing.stock - (since.by_orders if since else 0)
    return wanted, seen, [Change(STOCK.label, str(before), str(wanted))], []


def _state(values: Values, listing: Listing | None) -> tuple[str | None, tuple[str, ...]]:
    """The state asked for when it is another one, and why it cannot be."""
    if not values["state"]:
        return None, ()
    try:
        wanted = cells.state(values["state"])
    except CellRefused as refusal:
        return None, (f"{STATE.label}: {refusal}",)
    now = listing.state if listing else State.DRAFT
    if wanted == now:
        return None, ()
    if wanted == State.DRAFT:
        return None, (f"{STATE.label}: hàng đã đăng không trở lại bản nháp được. Hãy ghi «tạm ngừng».",)
    if wanted == State.PAUSED and now == State.DRAFT:
        return None, ()  # what is not on sale needs no pause
    return wanted, ()


def _as_ready(
    state: str | None, listing: Listing | None, would_be: Listing, desk: GoodsDesk
) -> tuple[str | None, tuple[str, ...]]:
    """The state as far as the listing is ready for it, and what is missing."""
    if state != State.PUBLISHED:
        return state, ()
    missing = missing_for_sale(would_be, desk.rules)
    if not missing:
        return state, ()
    kept = "tạm ngừng" if listing and listing.state == State.PAUSED else "bản nháp"
    return None, (f"Chưa đăng bán được, còn là {kept}. {' '.join(each.sentence for each in missing)}",)


def _as_written(facts: ListingFacts, photos: PhotoPlan, stock: int, papers_of: Listing | None) -> Listing:
    """The listing once the row is written, with the papers of this one; it is only looked at."""
    papers = list(papers_of.papers.all()) if papers_of else []
    return as_written(replace(facts, stock=stock), photos.photos, papers)


def facts_of(listing: Listing) -> ListingFacts:
    """What a listing says now; its papers stay as they are."""
    names = (name for name in ListingFacts.__dataclass_fields__ if name != "papers")
    return ListingFacts(**{name: getattr(listing, name) for name in names})


def _new_facts(main: Listing | None, values: dict[str, Any], stock: int) -> ListingFacts:
    if main is None:
        return ListingFacts(**{"description": "", "net_weight": None, "stock": stock} | values)
    own = {"variant_name": "", "net_weight": None, "net_volume": None, "stock": stock}
    return replace(facts_of(main), **(own | values))


def _missing(values: Values, main: Listing | None) -> list[str]:
    needed = ("variant_name", "price", "unit") if main is not None else _NEEDED
    return [
        f"Thiếu {BY_NAME[name].label.lower()}. Hãy điền rồi gửi lại dòng này." for name in needed if not values[name]
    ]


def _title(name: str, variant_name: str) -> str:
    return f"{name}, {variant_name}" if variant_name else name
