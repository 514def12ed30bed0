"""The kind of import: what a platform (or the post office) answered to a batch."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from core.imports.contract import Change, Effect, ImportKind, Outcome, RowRefused, RowVerdict, UndoRefused, refused
from core.imports.sheet import parsers
from core.imports.sheet.columns import Column, Values
from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Level, Unit, in_force
from onboarding.accounts.actions import LinkRefused, checked_link
from onboarding.accounts.models import OutsideLink, PlatformAccount
from onboarding.opening.actions.answers import (
    AnswerRefused,
    Opened,
    obstacle_to_answer,
    record_opened,
    record_refused,
    take_answer_back,
)
from onboarding.opening.desk import OpeningDesk, desk_for, line_of
from onboarding.opening.models import OpeningLine
from onboarding.opening.rules import OPENERS

State = OpeningLine.State
_RESULTS = {
    "opened": ("Đã mở", "mở rồi", "thành công", "đã duyệt", "ok", "đạt", "có", "xong"),
    "refused": (
        "Chưa mở",
        "từ chối",
        "không mở được",
        "không thành công",
        "thất bại",
        "lỗi",
        "không đạt",
        "không",
        "chưa",
    ),
}


class OpeningKind(ImportKind[OpeningDesk]):
    """Turns the platform's answers into accounts with evidence, or into refusals with their reason."""

    code = "ket-qua-mo-gian-hang"
    label = "Kết quả mở gian hàng của sàn"
    lead = "Ghi gian hàng sàn đã mở cho các hộ trong lô, và lý do những hộ sàn chưa mở."
    columns = (
        Column("batch", "Lô", parsers.integer(minimum=1), ("lo", "lo so", "so lo", "ma lo"), example="12"),
        Column(
            "number", "Số", parsers.integer(minimum=1), ("so", "stt", "so thu tu", "so dong", "tt"), example="3",
            hint="Số của hộ trong lô. Không có thì nhận theo số điện thoại.",
        ),
        Column("phone", "Số điện thoại", parsers.phone, ("so dien thoai", "dien thoai", "sdt", "di dong"), example="0912345678"),
        Column("result", "Kết quả", parsers.choice(_RESULTS), ("ket qua", "trang thai", "tinh trang"), example="Đã mở"),
        Column(
            "seller_id", "Mã người bán", parsers.text(80),
            ("ma nguoi ban", "ma gian hang", "ma shop", "id nguoi ban", "seller id", "shop id", "ten dang nhap"), example="VS01234",
        ),
        Column(
            "link", "Liên kết gian hàng", parsers.text(400),
            ("lien ket gian hang", "lien ket", "link", "link gian hang", "dia chi gian hang", "url"),
            example="https://voso.vn/gian-hang/nha-an",
        ),
        Column(
            "reason", "Lý do chưa mở", parsers.text(300), ("ly do", "ly do chua mo", "ly do tu choi", "ghi chu"),
            example="Sai số điện thoại",
        ),
        Column("opened_on", "Ngày mở", parsers.day(), ("ngay mo", "ngay tao", "ngay kich hoat"), example="05/09/2026"),
    )  # fmt: skip

    def units_for(self, viewer: Viewer) -> QuerySet[Unit]:
        """Today's communes whose officer the viewer is."""
        return Unit.objects.filter(viewer.units(*OPENERS), in_force(clock.today()), level=Level.COMMUNE)

    def row_key(self, values: Values) -> str:
        """The line, or the phone."""
        if values["batch"] and values["number"]:
            return f"{values['batch']}/{values['number']}"
        return str(values["phone"] or "")

    def open_desk(self, *, unit: Unit, viewer: Viewer, rows: Sequence[Values], locked: bool) -> OpeningDesk:
        """Three queries. Locked: the actions lock each line when they write it."""
        return desk_for(unit, viewer, rows)

    def note_file(self, desk: OpeningDesk, *, sha256: str) -> None:
        """The evidence of an account is the file it was named in."""
        desk.sha256 = sha256

    def preview_row(self, values: Values, desk: OpeningDesk) -> RowVerdict:
        """An account opened, a refusal, known already, still waiting, or not to be taken and why."""
        line, doubt = line_of(values, desk)
        if line is None:
            return refused(doubt)
        title = line.household.head_name
        if obstacle := obstacle_to_answer(line, line.batch):
            return refused(obstacle, title=title)
        said = _meaning(values)
        if said == "nothing":
            return RowVerdict(Outcome.UNCHANGED, title, warnings=("Sàn chưa ghi kết quả cho dòng này.",))
        if said not in _RESULTS:
            return refused(said, title=title)
        if said == "refused":
            return _refusal(line, values["reason"])
        return _opening(line, values, desk)

    def write_row(self, verdict: RowVerdict, desk: OpeningDesk) -> Effect:
        """Record the answer."""
        line, answer = verdict.data
        effect = {"line": line.pk, "state": line.state, "reason": line.reason, "made": False, "seller": ""}
        try:
            if isinstance(answer, Opened):
                before = PlatformAccount.objects.filter(producer=line.producer, platform=line.platform)
                known = dict(before.values_list("pk", "seller_id"))
                open_before = list(before.filter(closed_on=None).values_list("pk", flat=True))
                written = record_opened(line=line, answer=answer, sha256=desk.sha256, by=desk.viewer)
                account_id = written.account_id or 0
                effect |= {"made": account_id not in known, "seller": known.get(account_id, "")}
                closed = before.filter(pk__in=open_before, closed_on__isnull=False).first()
                effect["closed"] = closed.pk if closed else 0
            else:
                written = record_refused(line=line, reason=answer, by=desk.viewer)
        except AnswerRefused as refusal:
            raise RowRefused(str(refusal)) from refusal
        return effect | {"now": written.state, "why": written.reason}

    def undo_obstacle(self, effect: Effect) -> str:
        """Another answer came since, or somebody has looked at the shop."""
        line = OpeningLine.objects.filter(pk=effect["line"]).select_related("account").first()
        if line is None or (line.state, line.reason) != (effect["now"], effect["why"]):
            return "Kết quả của hộ này đã được sửa sau đó."
        if line.account and line.account.links.filter(observations__isnull=False).exists():
            return "Đã có người xem gian hàng này trên sàn."
        return ""

    def undo_row(self, effect: Effect, *, viewer: Viewer) -> None:
        """The line waits again (or is refused as before); what it brought is taken back."""
        try:
            take_answer_back(
                line_id=effect["line"],
                was_state=effect["state"],
                was_reason=effect["reason"],
                made=effect["made"],
                seller_id=effect["seller"],
                closed_id=effect.get("closed", 0),
                by=viewer,
            )
        except AnswerRefused as refusal:
            raise UndoRefused(str(refusal)) from refusal


def _meaning(values: Values) -> str:
    """ "opened", "refused", "nothing", or a sentence about what does not fit together."""
    has_proof = bool(values["seller_id"] or values["link"])
    result = values["result"] or ("opened" if has_proof else "refused" if values["reason"] else "nothing")
    if result == "opened" and not has_proof:
        return "Ghi «Đã mở» nhưng thiếu mã người bán và liên kết. Hãy hỏi sàn rồi ghi một trong hai."
    if result == "refused" and has_proof:
        return "Vừa ghi chưa mở, vừa có mã người bán hoặc liên kết. Hãy xem lại dòng này."
    if result == "refused" and not values["reason"]:
        return "Ghi «Chưa mở» nhưng thiếu lý do. Hãy ghi lý do để tổ biết việc cần làm."
    return str(result)


def _refusal(line: OpeningLine, reason: str) -> RowVerdict:
    title = line.household.head_name
    if line.state == State.OPENED:
        return refused("Sàn đã báo mở gian hàng cho hộ này. Muốn sửa, hãy hoàn tác tệp kết quả trước.", title=title)
    if line.state == State.REFUSED and line.reason == reason:
        return RowVerdict(Outcome.UNCHANGED, title)
    before = f"chưa mở: {line.reason}" if line.state == State.REFUSED else "chờ kết quả"
    changes = (Change(f"Gian hàng trên {line.platform.name}", before, f"chưa mở: {reason}"),)
    return RowVerdict(Outcome.CHANGED, title, changes=changes, data=(line, reason))


def _opening(line: OpeningLine, values: Values, desk: OpeningDesk) -> RowVerdict:
    title, platform = line.household.head_name, line.platform
    seller, url = values["seller_id"] or "", ""
    if values["link"]:
        try:
            url = checked_link(platform, values["link"], OutsideLink.Kind.SHOP)
        except LinkRefused as refusal:
            return refused(str(refusal), title=title)
    if seller and desk.repeated[seller] > 1:
        return refused(
            f"Mã người bán «{seller}» đứng ở nhiều dòng. Mỗi hộ có một mã riêng, hãy hỏi lại sàn.", title=title
        )
    if seller and desk.sellers.get((platform.pk, seller), line.producer_id) != line.producer_id:
        return refused(f"Mã người bán «{seller}» đã là của một gian hàng khác. Hãy hỏi lại sàn.", title=title)
    if url and desk.pages.get((platform.pk, url), line.producer_id) != line.producer_id:
        return refused("Liên kết này đã là của một gian hàng khác. Hãy hỏi lại sàn.", title=title)
    if line.state == State.OPENED and line.account is not None:
        is_same = seller in {"", line.account.seller_id} and (not url or (platform.pk, url) in desk.pages)
        if is_same:
            return RowVerdict(Outcome.UNCHANGED, title)
        return refused("Hộ này đã có kết quả khác. Muốn sửa, hãy hoàn tác tệp kết quả trước.", title=title)
    if values["opened_on"] and values["opened_on"] > clock.today():
        return refused("Ngày mở ở sau hôm nay. Hãy xem lại.", title=title)
    words = ", ".join(part for part in (f"mã {seller}" if seller else "", url) if part)
    changes = [Change(f"Gian hàng trên {platform.name}", "", f"đã mở: {words}")]
    if values["opened_on"]:
        changes.append(Change("Ngày mở", "", f"{values['opened_on']:%d/%m/%Y}"))
    return RowVerdict(
        Outcome.CREATED, title, changes=tuple(changes), data=(line, Opened(seller, url, values["opened_on"]))
    )
