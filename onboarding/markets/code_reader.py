"""The texts of the QR codes in a picture, nearest to its middle first.

Also a program: `python -I code_reader.py`, one of our own JPEG renditions in, a JSON list out; run by `core.files.apart` with
little memory and time to spend, because what stands in a code is the work of whoever pasted it up. Stands alone: as a program
it sees nothing of the product.
"""

from __future__ import annotations

import io
import json
import sys

import zxingcpp
from PIL import Image

CPU_SECONDS = 10
MEMORY_BYTES = 1_200_000_000
MOST_CODES = 8
LONGEST_TEXT = 2_000
_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


def texts_in(jpeg: bytes) -> list[str]:
    """What the codes say, each once. Raises whatever the decoder raises."""
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as found:
        picture = found.convert("L")
    codes = zxingcpp.read_barcodes(picture, formats=_QR)
    middle = (picture.width / 2, picture.height / 2)

    def from_middle(code: zxingcpp.Barcode) -> float:
        corners = (code.position.top_left, code.position.bottom_right)
        across, down = (sum(each.x for each in corners) / 2, sum(each.y for each in corners) / 2)
        return float((across - middle[0]) ** 2 + (down - middle[1]) ** 2)

    texts = [code.text for code in sorted(codes, key=from_middle) if 0 < len(code.text) <= LONGEST_TEXT]
    return list(dict.fromkeys(texts))[:MOST_CODES]


def main() -> int:
    """The program. Ends with 3 for a picture that it cannot open."""
    try:
        found = texts_in(sys.stdin.buffer.read())
    except Exception:
        return 3
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
