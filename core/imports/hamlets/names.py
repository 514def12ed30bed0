"""When two written names mean the same hamlet. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.kit.text import fold, fold_words, nfc, squeeze

KINDS = {
    "thon": "thôn", "ap": "ấp", "khu pho": "khu phố", "kp": "khu phố", "to dan pho": "tổ dân phố", "tdp": "tổ dân phố",
    "khom": "khóm", "khu": "khu", "ban": "bản", "buon": "buôn", "lang": "làng", "xom": "xóm", "khu dan cu": "khu dân cư",
    "kdc": "khu dân cư", "bon": "bon", "soc": "sóc", "phum": "phum", "khu vuc": "khu vực",
}  # fmt: skip
_KIND = re.compile(rf"^({'|'.join(sorted(KINDS, key=len, reverse=True))}) (?=\S)")


@dataclass(frozen=True)
class HamletName:
    """A name taken apart: "Ấp 03" is kind "ấp" and bare "3". `marks` keeps letters and tones, wherever they stand."""

    written: str
    kind: str
    bare: str
    marks: str
    has_marks: bool

    def is_same_as(self, other: HamletName) -> bool:
        """Whether they mean one hamlet for certain: «Hòa Bình» and «HOÀ BÌNH», «ấp 3» and «Ấp 03», not «Lộc Thành»
        and «Lộc Thạnh»."""
        return self.could_be(other) and self.marks == other.marks

    def could_be(self, other: HamletName) -> bool:
        """Whether they are the same but for Vietnamese marks."""
        return self.bare == other.bare and (not self.kind or not other.kind or self.kind == other.kind)


def hamlet_name(written: str) -> HamletName:
    """The name as written, taken apart for comparing."""
    shown = squeeze(written)
    apart = re.sub(r"^(kp|tdp|kdc|ap|thon)(?=\d)", r"\1 ", shown, flags=re.IGNORECASE)  # "KP3"
    words = re.sub(r"\b0+(?=\d)", "", fold_words(apart))
    found = _KIND.match(words)
    kind = KINDS[found[1]] if found else ""
    bare = words[found.end() :].strip() if found else words
    marked = re.findall(r"\w+", nfc(apart).casefold())
    letters = " ".join("".join(sorted(unicodedata.normalize("NFD", word))) for word in marked)
    tail = " ".join(re.sub(r"^0+(?=\d)", "", word) for word in letters.split()[-max(len(bare.split()), 1) :])
    return HamletName(shown, kind, bare, tail, has_marks=fold(shown) != shown.casefold())
