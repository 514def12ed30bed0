"""QR codes."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4  # light modules around a code, as ISO/IEC 18004 asks


def modules_of(text: str) -> list[list[bool]]:
    """The dark modules of a code, row by row, with the quiet zone. A seventh of it may be dirty or torn."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    rows: list[list[bool]] = code.get_matrix()
    return rows


def qr_svg(text: str) -> SafeString:
    """The code as an SVG; it takes the colour of its surroundings, which must be black on white."""
    rows = modules_of(text)
    path = "".join(
        f"M{start} {y}h{end - start}v1H{start}z" for y, row in enumerate(rows) for start, end in runs_of(row)
    )
    side = len(rows)
    return format_html('<svg viewBox="0 0 {} {}" shape-rendering="crispEdges"><path fill="currentColor" d="{}"/></svg>', side, side, path)  # fmt: skip


def runs_of(row: list[bool]) -> list[tuple[int, int]]:
    """Where dark modules stand side by side: [start, end) in a row."""
    found, start = [], None
    for place, dark in enumerate([*row, False]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            found.append((start, place))
            start = None
    return found
