"""The same list as different offices would send it: columns shuffled and renamed, heads merged, letters decomposed, stars, dates and legal
forms typed as met in real sheets. Every variant says the same."""

from __future__ import annotations

import csv
import io
import random
import re
import unicodedata
from collections.abc import Callable
from datetime import date

import xlsxwriter

Table = list[list[str]]
Rewrite = Callable[[str, random.Random], str]

HEADINGS = {
    "name": ["Tên sản phẩm", "TÊN SẢN PHẨM", "Sản phẩm ", "Tên SP"],
    "producer": ["Chủ thể", "CHỦ THỂ SẢN XUẤT", "Tên chủ thể", "Cơ sở sản xuất"],
    "producer_kind": ["Loại hình", "Loại hình chủ thể"],
    "product_group": ["Nhóm sản phẩm", "Ngành hàng", "Nhóm"],
    "stars": ["Hạng sao", "Xếp hạng", "Số sao", "HẠNG"],
    "recognition_decision": ["Quyết định", "Số quyết định", "Quyết định công nhận"],
    "recognised_on": ["Ngày công nhận", "Ngày cấp", "Ngày quyết định"],
    "commune_old": ["Xã, phường", "Xã/phường/thị trấn", "Xã"],
    "district_old": ["Huyện", "Quận, huyện"],
    "province_old": ["Tỉnh", "Tỉnh/thành phố"],
    "source_url": ["Nguồn"],
    "note": ["Ghi chú"],
}


def stars(written: str, chance: random.Random) -> str:
    """4 as "4 sao", "hạng 04 sao", "Ocop.4", "★★★★"."""
    if not written:
        return chance.choice(["", "tiềm năng 5 sao", "3 sao trở lên", "5 sao cấp tỉnh", "0"])
    return chance.choice(
        [f"{written} sao", f"hạng 0{written} sao", f"Ocop.{written}", "★" * int(written), f" {written}\u00a0"]
    )


def dates(written: str, chance: random.Random) -> str:
    """A day as 19/01/2022, 19-1-2022, "ngày 19 tháng 1 năm 2022" or Excel's number; years stay years."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
        return chance.choice([written, f"năm {written}" if re.fullmatch(r"\d{4}", written) else written])
    day = date.fromisoformat(written)
    return chance.choice(
        [
            f"{day:%d/%m/%Y}",
            f"{day.day}-{day.month}-{day.year}",
            f"{day.day}.{day.month}.{day.year}",
            f"ngày {day.day} tháng {day.month} năm {day.year}",
            str((day - date(1899, 12, 30)).days),
        ]
    )


def maker(written: str, chance: random.Random) -> str:
    """Legal forms as people spell them."""
    swaps = [
        (r"^Hợp tác xã\b", ["HTX", "HỢP TÁC XÃ", "Hợp  tác xã"]),
        (r"^HTX\b(?! NN)", ["Hợp tác xã", "HỢP TÁC XÃ"]),
        (r"^Hộ kinh doanh\b", ["HKD", "Hộ SXKD", "Hộ kinh doan"]),
        (r"^Công ty TNHH\b", ["CTy TNHH", "CÔNG TY THHH", "Công ty Trách nhiệm hữu hạn"]),
    ]
    for pattern, others in swaps:
        if re.search(pattern, written):
            return re.sub(pattern, chance.choice(others), written, count=1)
    return chance.choice([written, written.upper()])


def province(written: str, chance: random.Random) -> str:
    """Bà Rịa - Vũng Tàu with an en dash, without spaces, in capitals, shortened."""
    if written.startswith("Bà Rịa"):
        return chance.choice(
            ["Bà Rịa – Vũng Tàu", "Bà Rịa-Vũng Tàu", "BÀ RỊA - VŨNG TÀU", "BR-VT", "Tỉnh Bà Rịa - Vũng Tàu"]
        )
    if written.endswith("Hồ Chí Minh"):
        return chance.choice(["TP.HCM", "TPHCM", "TP. Hồ Chí Minh", "Thành phố Hồ Chí Minh"])
    return chance.choice([written, written.upper(), f"tỉnh {written}"]) if written else written


def loose(written: str, chance: random.Random) -> str:
    """Spaces at the ends and doubled, non-breaking ones, entities that a page left behind."""
    if not written:
        return written
    return chance.choice(
        [f"  {written} ", written.replace(" ", "\u00a0"), written.replace(" ", "  "), written.replace("&", "&amp;")]
    )


def decomposed(written: str, _chance: random.Random) -> str:
    """Letters and marks apart, as some phones and Macs write them."""
    return unicodedata.normalize("NFD", written)


REWRITES: dict[str, dict[str, Rewrite]] = {
    "stars": {"stars": stars},
    "dates": {"recognised_on": dates},
    "makers": {"producer": maker},
    "provinces": {"province_old": province},
    "spaces": dict.fromkeys(["name", "producer", "commune_old", "district_old", "province_old"], loose),
    "marks apart": dict.fromkeys(HEADINGS, decomposed),
}


def rewritten(rows: Table, names: list[str], what: list[str], chance: random.Random) -> Table:
    """The rows with these rewrites, one after the other."""
    done = [list(row) for row in rows]
    for each in what:
        for name, rewrite in REWRITES[each].items():
            column = names.index(name)
            for row in done:
                row[column] = rewrite(row[column], chance)
    return done


def as_csv(heading: list[str], rows: Table, *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A csv file."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([heading, *rows])
    return out.getvalue().encode(encoding)


def as_pasted(heading: list[str], rows: Table) -> bytes:
    """A table as it comes from Word by copying: tabs between cells, lines with a number and blank ones between."""
    lines = ["\t".join(["STT", *heading])]
    for number, row in enumerate(rows, start=1):
        lines += ["\t".join([str(number), *(cell.replace("\t", " ").replace("\n", " ") for cell in row)]), ""]
    return "\r\n".join(lines).encode()


def as_annex(heading: list[str], rows: Table) -> bytes:
    """An annex of a decision as a workbook: a cover sheet, merged titles, a head of two merged lines, group rows, a total and a signature."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Bìa").write(0, 0, "UỶ BAN NHÂN DÂN TỈNH")
        sheet = book.add_worksheet("Phụ lục")
        last = len(heading)
        sheet.merge_range(0, 0, 0, last, "PHỤ LỤC DANH SÁCH SẢN PHẨM ĐƯỢC CÔNG NHẬN OCOP")
        sheet.merge_range(1, 0, 1, last, "(Kèm theo Quyết định của Uỷ ban nhân dân tỉnh)")
        sheet.merge_range(3, 0, 4, 0, "STT")
        for column, text in enumerate(heading, start=1):
            sheet.merge_range(3, column, 4, column, text)
        line = 5
        for number, row in enumerate(rows, start=1):
            sheet.write(line, 0, number)
            for column, cell in enumerate(row, start=1):
                sheet.write_string(line, column, cell)
            line += 1
        sheet.write(line, 0, "Tổng cộng")
        sheet.write(line, 1, f"{len(rows)} sản phẩm")
        sheet.merge_range(line + 2, last - 1, line + 2, last, "CHỦ TỊCH")
    return out.getvalue()


SHAPES: dict[str, Callable[[list[str], Table], bytes]] = {
    "commas": as_csv,
    "semicolons": lambda heading, rows: as_csv(heading, rows, delimiter=";", encoding="utf-8-sig"),
    "tabs": lambda heading, rows: as_csv(heading, rows, delimiter="\t", encoding="utf-16"),
    "pasted": as_pasted,
    "annex": as_annex,
}
EVERYTHING = [each for each in REWRITES if each != "marks apart"]
# 30 ways: every rewrite alone in every shape but one, and all of them together.
VARIANTS = [
    (shape, what)
    for shape in SHAPES
    for what in (
        [],
        ["stars", "dates"],
        ["makers", "provinces"],
        ["spaces"],
        ["marks apart"],
        [*EVERYTHING, "marks apart"],
    )
]


def variant(names: list[str], rows: Table, shape: str, what: list[str], seed: int) -> bytes:
    """The list in one of these ways; the same for the same seed."""
    chance = random.Random(seed)
    changed = rewritten(rows, names, what, chance)
    order = list(range(len(names)))
    chance.shuffle(order)
    heading = [chance.choice(HEADINGS[names[column]]) for column in order]
    if "marks apart" in what:
        heading = [unicodedata.normalize("NFD", text) for text in heading]
    return SHAPES[shape](heading, [[row[column] for column in order] for row in changed])
