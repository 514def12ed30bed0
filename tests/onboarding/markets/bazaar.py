"""A market of Chi's commune, and payment codes as banks and forgers make them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta

from PIL import Image
from qrcode import QRCode

from core.kit import clock
from core.kit.vietqr import payment_text
from core.people.queries import Viewer
from onboarding.markets.actions import Found, HolderFacts, add_market, add_stalls, check_code
from onboarding.markets.models import CodeCheck, Market, Stall
from tests.people import People

HOA = "Nguyễn Thị Hoa"


def code_text(account: str = "0123456789", *, name: str = "", bank_bin: str = "970403") -> str:
    """A code without a sum, as a bank gives to stallholders; with the owner's name in it if one is given."""
    return payment_text(bank_bin=bank_bin, account=account, name=name)


def broken(text: str) -> str:
    """The same with one digit of the account pasted over."""
    at = text.index("0123456789")
    return text[:at] + "9" + text[at + 1 :]


def picture(*texts: str, size: tuple[int, int] = (1200, 900), kind: str = "JPEG", side: int = 380) -> bytes:
    """A photo of a stall with codes on its board, side by side."""
    board = Image.new("RGB", size, "#B9A888")
    for number, text in enumerate(texts):
        code = QRCode(border=4)
        code.add_data(text)
        drawn = code.make_image().get_image().convert("RGB").resize((side, side))
        board.paste(drawn, (60 + number * (side + 80), 120))
    out = io.BytesIO()
    board.save(out, kind)
    return out.getvalue()


@dataclass
class Bazaar:
    """The market, with Chi who keeps it and Hạnh who leads a team there."""

    people: People
    market: Market
    viewers: dict[str, Viewer]

    @property
    def today(self) -> date:
        return clock.today()

    def stall(self, number: str, holder: str = HOA, **facts: object) -> Stall:
        held = HolderFacts(holder, **facts) if holder else None  # type: ignore[arg-type]
        [made] = add_stalls(
            market=self.market,
            rows=[(number, held)],
            valid_from=self.today - timedelta(days=40),
            by=self.viewers["chi"],
        )
        return made

    def check(self, stall: Stall, text: str = "", *, by: str = "hanh", **found: str) -> CodeCheck:
        how = found.pop("how", "photo" if text else "looked")
        return check_code(stall=stall, found=Found(how, text, **found), by=self.viewers[by])


def bazaar_of(people: People) -> Bazaar:
    """A market of forty days."""
    market = add_market(
        commune=people.commune,
        name="Chợ Sớm",
        address="Quốc lộ 20",
        valid_from=clock.today() - timedelta(days=40),
        by=people.viewer("chi"),
    )
    return Bazaar(people, market, {name: people.viewer(name) for name in people.users})
