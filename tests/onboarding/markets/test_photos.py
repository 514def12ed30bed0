"""Codes out of photos, as phones take them and as somebody hostile sends them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from core.files.pipeline import PhotoRefused
from onboarding.markets.photos import NoCode, codes_in_photo
from tests.onboarding.markets.bazaar import code_text, picture
from tests.people import jpeg

ONE, TWO = code_text(), code_text("9988776655")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_code_is_read_from_whatever_phones_send(kind: str) -> None:
    assert codes_in_photo(picture(ONE, kind=kind)) == [ONE]


def test_large_turned_and_dull() -> None:
    with Image.open(io.BytesIO(picture(ONE, size=(4000, 3000), side=700))) as found:
        dull = found.rotate(17, expand=True, fillcolor="#777777").point(lambda level: 60 + level // 3)
    out = io.BytesIO()
    dull.save(out, "JPEG", quality=60)
    assert codes_in_photo(out.getvalue()) == [ONE]


def test_several_codes_each_once_nearest_to_the_middle_first() -> None:
    assert codes_in_photo(picture(ONE, TWO, size=(1000, 620))) == [TWO, ONE] or codes_in_photo(
        picture(ONE, TWO, size=(1000, 620))
    ) == [ONE, TWO]
    assert codes_in_photo(picture(ONE, TWO, size=(1500, 620))) == [TWO, ONE]
    assert codes_in_photo(picture(ONE, ONE, size=(1000, 620))) == [ONE]


def test_without_a_code_the_sentence_says_what_to_do() -> None:
    with pytest.raises(NoCode, match="chụp lại gần hơn, đủ sáng"):
        codes_in_photo(jpeg())


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.4", "no_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no_photo"),
        (picture(ONE)[:4000], "unreadable"),
        (b"\0" * 15_000_001, "too_heavy"),
    ],
)
def test_what_is_no_photo_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(PhotoRefused) as refused:
        codes_in_photo(raw)
    assert refused.value.code == code
