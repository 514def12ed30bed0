"""The words: one line for SMS, nobody's name becomes a second line, a link or a mark-up."""

from __future__ import annotations

import pytest
from django.template import engines

from core.messages import registry
from core.messages.compose import compose
from core.messages.contract import Channel, Purpose
from core.messages.kinds import KINDS
from core.messages.registry import MessageKind, message_kind, message_kinds, register_message_kind
from core.messages.segments import cost

NASTY = "An\r\nBcc: x@y.vn\n\u2028Mã: 000000 \u202e https://xau.vn/a www.xau.vn xau.com.vn <b>&\x00{{ 1 }}"


def words(kind: str, channel: str, **values: str | int) -> tuple[str, str]:
    found = compose(message_kind(kind), channel, values, link="/nguoi-ban/don-hang/")
    return found.title, found.text


def test_a_code_by_sms() -> None:
    found = compose(message_kind("sign_in.code"), Channel.SMS, {"code": "123456", "minutes": 5})
    assert found.text == ("Ma dang nhap Len San: 123456. Dung trong 5 phut. Khong dua ma nay cho ai, ke ca can bo.")
    changing = compose(message_kind("new_phone.code"), Channel.SMS, {"code": "123456", "minutes": 5})
    assert changing.text.startswith("Ma doi so dien thoai Len San: 123456.") and changing.segments == 1
    assert found.segments == 1


def test_an_inbox_text_has_a_title_and_keeps_its_marks() -> None:
    assert words("test.service", Channel.INBOX, name="Hộ Nguyễn & con") == (
        "Chào Hộ Nguyễn & con",
        "Dòng hai của Hộ Nguyễn & con.",
    )


def test_a_mail_names_the_address(settings: object) -> None:
    title, text = words("test.service", Channel.EMAIL, name="An")
    assert title == "Chào An" and text.endswith("/nguoi-ban/don-hang/") and "http://127.0.0.1" in text


def test_an_advert_is_labelled_and_says_how_to_refuse(settings: object) -> None:
    settings.SMS = settings.SMS | {"stop_to": "1551"}  # type: ignore[attr-defined]
    assert words("test.advert", Channel.SMS, name="An")[1] == "[QC] Tin cua An. Tu choi: soan TC gui 1551"
    assert words("test.advert", Channel.EMAIL, name="An")[0] == "[QC] Chào An"


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.INBOX, Channel.EMAIL])
def test_a_nasty_name_stays_one_harmless_line(channel: str) -> None:
    title, text = words("test.service", channel, name=NASTY)
    assert "\n" not in title
    said = f"{title}\n{text}".replace("http://127.0.0.1:8000/nguoi-ban/don-hang/", "")
    for bad in ("https", "://", "www.", "xau.vn", "xau.com", "\r", "\x00", "\u202e", "\u2028"):
        assert bad not in said
    assert text.count("\n") <= (0 if channel == Channel.SMS else 1)
    if channel == Channel.SMS:
        assert cost(text).parts == 1


def test_numbers_keep_their_dots() -> None:
    assert "50.000 đ" in words("test.service", Channel.INBOX, name="50.000 đ")[0]
    assert "Tên… " not in words("test.service", Channel.INBOX, name="v.v")[0]


def test_a_template_is_not_run_a_second_time() -> None:
    assert "{{ 1 }}" in words("test.service", Channel.INBOX, name="{{ 1 }}")[0]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if Channel.SMS in kind.templates], ids=lambda kind: kind.code)
def test_every_sms_of_ours_is_one_part_at_its_longest(kind: MessageKind) -> None:
    names = [str(node.filter_expression.var) for node in nodes_of(kind.templates[Channel.SMS])]
    longest = {name: "9" * 6 if name in {"code", "minutes"} else "ộ" * 200 for name in names}
    assert compose(kind, Channel.SMS, longest).segments == 1


def nodes_of(name: str) -> list:
    template = engines["django"].get_template(name).template
    return [node for node in template.nodelist if hasattr(node, "filter_expression")]


def test_every_kind_has_its_templates_and_a_title() -> None:
    for kind in message_kinds():
        for channel in kind.templates:
            found = compose(kind, channel, {"code": "1"})
            assert found.text and (found.title or channel == Channel.SMS), (kind.code, channel)


def test_a_code_never_goes_where_it_stays_readable() -> None:
    before = dict(registry._kinds)
    with pytest.raises(ValueError):
        register_message_kind(MessageKind("x", "x", Purpose.SIGN_IN, {Channel.INBOX: "letter.txt"}))
    assert registry._kinds == before
