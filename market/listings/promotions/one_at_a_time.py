"""No two promotions of one listing on one day, whoever writes them: what SQLite has no constraint for."""

from __future__ import annotations

from core.kit.refusing import Refusal

ONE_AT_A_TIME = Refusal(
    name="promotion_not_two_at_once",
    table="market_promotion",
    moments=("INSERT", "UPDATE OF starts_on, ends_on, cancelled_at"),
    when="NEW.cancelled_at IS NULL",
    witness="""SELECT 1 FROM market_promotion held
        WHERE held.listing_id = NEW.listing_id AND held.id <> COALESCE(NEW.id, -1) AND held.cancelled_at IS NULL
          AND held.starts_on <= NEW.ends_on AND held.ends_on >= NEW.starts_on""",
)
