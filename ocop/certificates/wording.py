"""What people read about a certificate: whole sentences, never more exact than what is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core.kit.clock import day_of
from ocop.certificates.models import COUNTED_QUALITIES, Certificate, Quality, RenewalFile
from ocop.certificates.renewals import is_recorded_after_end, lateness, window_before
from ocop.certificates.rules import HOLDING, State


@dataclass(frozen=True)
class Sentence:
    """A status sentence: `kind` is the tone of `parts/status.html`, `word` its first word."""

    kind: str
    word: str
    text: str


def state_word(state: State) -> str:
    """The state in two or three words, for lists and filters."""
    return {
        State.NOT_YET: _("chưa bắt đầu"),
        State.VALID: _("còn hạn"),
        State.RENEWAL_DUE: _("đến kỳ nộp hồ sơ đánh giá lại"),
        State.RENEWAL_LATE: _("còn hạn, đã quá kỳ nộp hồ sơ"),
        State.EXTENDED: _("được kéo dài trong lúc xét hồ sơ"),
        State.EXPIRED: _("hết hạn"),
        State.REVOKED: _("đã thu hồi"),
        State.SUPERSEDED: _("đã có giấy mới thay"),
        State.UNKNOWN: _("chưa rõ hạn"),
    }[state]


def state_kind(state: State) -> str:
    """The tone of a state."""
    if state in {State.RENEWAL_DUE, State.RENEWAL_LATE, State.EXTENDED, State.EXPIRED}:
        return "warn"
    return {State.VALID: "good", State.REVOKED: "bad", State.NOT_YET: "wait"}.get(state, "info")


def known_words(certificate: Certificate) -> str:
    """How exactly the recognition is known, said plainly; "" when the day is known."""
    written = certificate.written_date()
    return {
        Certificate.DatePrecision.YEAR: _("chỉ biết năm %(date)s") % {"date": written},
        Certificate.DatePrecision.MONTH: _("chỉ biết tháng %(date)s") % {"date": written},
        Certificate.DatePrecision.NONE: _("chưa biết ngày công nhận"),
        Certificate.DatePrecision.DAY: "",
    }[Certificate.DatePrecision(certificate.precision)]


def until_words(certificate: Certificate) -> str:
    """ "19/01/2025", or "chắc chắn đến 01/01/2027, chỉ biết năm 2024", or that it is not known."""
    if certificate.earliest_end is None:
        return known_words(certificate)
    end = f"{certificate.earliest_end:%d/%m/%Y}"
    if certificate.precision == Certificate.DatePrecision.DAY:
        return end
    return _("chắc chắn đến %(end)s, %(known)s") % {"end": end, "known": known_words(certificate)}


def public_sentence(certificate: Certificate, on: date) -> Sentence:
    """What the public check says first."""
    state = certificate.state_on(on)
    if state != State.REVOKED and certificate.quality not in COUNTED_QUALITIES:
        return _unvouched(certificate)
    if state in HOLDING:
        if certificate.stars is None:
            return Sentence("info", _("Còn hạn."), _("Sổ đăng ký chưa ghi hạng sao của sản phẩm này."))
        if state == State.EXTENDED and certificate.earliest_end is not None:
            text = _("Giấy chứng nhận này hết hạn ngày %(end)s và được kéo dài trong lúc xét hồ sơ đánh giá lại.")
            return Sentence("warn", _("Kéo dài."), text % {"end": f"{certificate.earliest_end:%d/%m/%Y}"})
        return Sentence("good", _("Còn hạn."), _("Giấy chứng nhận này đang có giá trị."))
    if state == State.EXPIRED and certificate.latest_end is not None:
        text = _("Giấy chứng nhận này đã hết hạn, muộn nhất là ngày %(end)s.")
        if certificate.precision == Certificate.DatePrecision.DAY:
            text = _("Giấy chứng nhận này đã hết hạn sau ngày %(end)s.")
        return Sentence("warn", _("Hết hạn."), text % {"end": f"{certificate.latest_end:%d/%m/%Y}"})
    if state == State.REVOKED and certificate.revoked_on is not None:
        text = _("Giấy chứng nhận này không còn giá trị từ ngày %(day)s.")
        return Sentence("bad", _("Đã thu hồi."), text % {"day": f"{certificate.revoked_on:%d/%m/%Y}"})
    if state == State.SUPERSEDED and certificate.superseded_on is not None:
        text = _("Từ ngày %(day)s sản phẩm này có giấy chứng nhận mới thay cho giấy này.")
        return Sentence("info", _("Đã thay."), text % {"day": f"{certificate.superseded_on:%d/%m/%Y}"})
    if state == State.NOT_YET:
        return Sentence("wait", _("Chưa bắt đầu."), _("Giấy chứng nhận này chưa đến ngày có giá trị."))
    if certificate.recognised_on is None:
        return Sentence("info", _("Chưa rõ hạn."), _("Sổ đăng ký chưa ghi ngày công nhận."))
    text = _("Sổ đăng ký %(known)s, nên chưa rõ giấy chứng nhận còn hạn hay không.")
    return Sentence("info", _("Chưa rõ hạn."), text % {"known": known_words(certificate)})


def _unvouched(certificate: Certificate) -> Sentence:
    if certificate.quality == Quality.PROPOSAL:
        text = _("Sản phẩm này mới được đề nghị. Hạng sao chưa được cơ quan xác nhận trong sổ này.")
    else:
        text = _("Giấy này do chủ thể tự khai, chưa được cơ quan xác nhận trong sổ này.")
    return Sentence("info", _("Chưa xác nhận."), text)


def file_words(certificate: Certificate, file: RenewalFile) -> str:
    """What is worth saying of a file beside its days: how it stands to the window, and that it was written down late."""
    words = []
    end = certificate.earliest_end
    if end is not None and file.kind == RenewalFile.Kind.RENEWAL and lateness(end, file.submitted_on) > 0:
        words.append(_("Nộp sau kỳ, kỳ nộp hết ngày %(day)s.") % {"day": f"{window_before(end).closes:%d/%m/%Y}"})
    recorded = day_of(file.recorded_at)
    late = (recorded - file.submitted_on).days
    if late > 0:
        words.append(_("Ghi vào sổ muộn %(days)s ngày, ngày %(day)s.") % {"days": late, "day": f"{recorded:%d/%m/%Y}"})
    if end is not None and is_recorded_after_end(end, file.submitted_on, recorded):
        words.append(_("Ghi sau khi giấy đã hết hạn."))
    return " ".join(words)
