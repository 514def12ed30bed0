"""How people write places: prefixes, brackets, marks, spellings, slips of the finger. Pure text, no table is read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.kit.text import fold, fold_words, nfc, squeeze
from core.places.models import Level

_P, _D, _C = Level.PROVINCE, Level.DISTRICT, Level.COMMUNE
# Folded prefix: the kind it means, and the levels that have this kind.
_PREFIXES: dict[str, tuple[str, tuple[Level, ...]]] = {
    "tinh": ("Tỉnh", (_P,)), "t": ("Tỉnh", (_P,)),
    "thanh pho": ("Thành phố", (_P, _D)), "tp": ("Thành phố", (_P, _D)),
    "huyen dao": ("Huyện", (_D,)), "huyen": ("Huyện", (_D,)), "h": ("Huyện", (_D,)),
    "quan": ("Quận", (_D,)), "q": ("Quận", (_D,)), "thi xa": ("Thị xã", (_D,)), "tx": ("Thị xã", (_D,)),
    "xa": ("Xã", (_C,)), "x": ("Xã", (_C,)), "phuong": ("Phường", (_C,)), "p": ("Phường", (_C,)),
    "thi tran": ("Thị trấn", (_C,)), "tt": ("Thị trấn", (_C,)), "dac khu": ("Đặc khu", (_C,)),
}  # fmt: skip
_PREFIX = re.compile(rf"({'|'.join(sorted(_PREFIXES, key=len, reverse=True))}) (?=\S)")
_APOSTROPHES = re.compile("['’‘`´ʼ]")
PROVINCE_ALIASES = {
    "br vt": "ba ria vung tau", "brvt": "ba ria vung tau", "hcm": "ho chi minh", "tphcm": "ho chi minh",
    "sai gon": "ho chi minh", "thua thien hue": "hue", "dac lac": "dak lak", "dac nong": "dak nong",
}  # fmt: skip
# Sheets still name the two districts that had become Long Đất shortly before our records begin.
MERGED_DISTRICTS = {"long dien": "long dat", "dat do": "long dat"}
_AT_SIGNS = re.compile(r"[,;|()\[\]/\n]")
_AT_DASHES = re.compile(
    r"[,;|()\[\]/\n]|(?<=\s)[-–—](?=\s)|\s(?=(?:huyện|quận|thị xã|tỉnh|thành phố|t\.?p|t\.?x|h|q)[. ])", re.IGNORECASE
)
_MEANS_NOTHING = {"viet nam", "vietnam", "vn"}
_FORMER, _LATTER = {"cũ", "cu"}, {"mới", "moi"}
_SHORTEST_MENDED = 4  # letters; in a shorter name one letter is too much of it


@dataclass(frozen=True)
class WrittenName:
    """One name as it was written. `raw` and `bare` are comparison keys, with and without the prefix; `levels` are those
    the prefix allows (all without one); `kind` is what the prefix means, or empty."""

    text: str
    raw: str
    kind: str
    bare: str
    levels: tuple[Level, ...]

    @property
    def has_marks(self) -> bool:
        """Whether the writer used Vietnamese marks in it."""
        plain = nfc(self.text).casefold()
        return fold(plain) != plain

    @property
    def is_empty(self) -> bool:
        """Whether there is no name in it: nothing, or a kind alone («Tỉnh»)."""
        return not self.raw or self.raw in _PREFIXES


@dataclass(frozen=True)
class WrittenPlace:
    """The name looked for and the names said to lie above it, nearest first. `era` is "former" or "latter" when the
    writer added «cũ» or «mới»."""

    name: WrittenName
    above: tuple[WrittenName, ...] = ()
    era: str = ""


def key(text: str) -> str:
    """The comparison key of a name: folded words, without apostrophes and leading zeros, i and y alike at the end of a
    syllable («Phú Quý» and «Phú Quí», «Mỹ» and «Mĩ»)."""
    words = fold_words(_APOSTROPHES.sub("", nfc(text)))
    words = re.sub(r"(?<=[bcdghklmnpqrstvxu])y(?= |$)", "i", words)
    return re.sub(r"\b0+(?=\d)", "", words)


def read_name(text: str) -> WrittenName:
    """ "TX. Phước Long" → raw "tx phuoc long", kind "Thị xã", bare "phuoc long"."""
    text = squeeze(text)
    raw = re.sub(r"^t ([ptx])(?= )", r"t\1", key(text))  # "T.P", "T.X."
    raw = re.sub(r"^([pq])0*(?=\d)", r"\1 ", raw)  # "Q1"
    found = _PREFIX.match(raw)
    if found is None:
        return WrittenName(text, raw, "", raw, tuple(Level))
    kind, levels = _PREFIXES[found.group(1)]
    return WrittenName(text, raw, kind, raw[found.end() :], levels)


def read_place(text: str, *, at_dashes: bool = False) -> WrittenPlace:
    """Take a written place apart: "xã Xuyên Mộc (TPHCM)", "Xuyên Mộc, BR-VT". Dashes and prefixes in the middle
    separate only when asked, because names hold them too."""
    era = ""
    names: list[WrittenName] = []
    for part in (_AT_DASHES if at_dashes else _AT_SIGNS).split(nfc(text)):
        words = squeeze(part).strip(" .-–—:").split()
        last = words[-1].casefold() if words else ""
        if last in _FORMER | _LATTER and (len(words) == 1 or last in {"cũ", "mới"}):
            era = "former" if last in _FORMER else "latter"
            words.pop()
        if words and key(" ".join(words)) not in _MEANS_NOTHING:
            names.append(read_name(" ".join(words)))
    if not names:
        return WrittenPlace(read_name(""), (), era)
    return WrittenPlace(names[0], tuple(names[1:]), era)


def same_marks(written: str, name: str) -> bool:
    """Whether the end of what was written is the name, marks included, wherever in the syllable they stand («Hoà»)."""
    theirs, ours = _marked_words(written), _marked_words(name)
    return theirs[-len(ours) :] == ours


def is_one_off(written: str, known: str) -> bool:
    """Whether one key becomes the other by one letter put in, left out, replaced, or swapped with its neighbour.

    Numbers are never mended (Phường 1 is not a slip for Phường 2), nor names shorter than four letters.
    """
    if min(len(written), len(known)) < _SHORTEST_MENDED or abs(len(written) - len(known)) > 1:
        return False
    if re.findall(r"\d+", written) != re.findall(r"\d+", known):
        return False
    start = next((at for at, pair in enumerate(zip(written, known, strict=False)) if pair[0] != pair[1]), -1)
    if start < 0:
        return len(written) != len(known)
    rest, known_rest = written[start:], known[start:]
    return (
        rest[1:] == known_rest[1:]
        or rest[1:] == known_rest
        or rest == known_rest[1:]
        or (rest[:2] == known_rest[1::-1] and rest[2:] == known_rest[2:])
    )


def _marked_words(text: str) -> list[str]:
    words = re.findall(r"\w+", _APOSTROPHES.sub("", nfc(text)).casefold())
    sorted_words = ("".join(sorted(unicodedata.normalize("NFD", word).replace("y", "i"))) for word in words)
    return [re.sub(r"^0+(?=\d)", "", word) for word in sorted_words]
