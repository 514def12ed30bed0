"""Every integer of every indicator per commune, by SQL that was written by hand and shares nothing with the product's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from core.kit import clock


def bare_counts() -> dict[str, tuple[int, int, int]]:
    """Every integer of every indicator per commune, in four statements by hand; their sums by code."""
    values: dict[str, Any] = {
        "end": clock.window(clock.today()).end, "d180": clock.window(clock.today(), 180).start, "d90": clock.window(clock.today(), 90).start,
        "d30": clock.window(clock.today(), 30).start, "today": clock.today(), "year": clock.today().year, "first90": clock.today() - timedelta(days=90),
        "first180": clock.today() - timedelta(days=180), "month": clock.today().replace(day=1),
        "month_before": clock.add_months(clock.today().replace(day=1), -1),
    }  # fmt: skip
    found: dict[str, tuple[int, int, int]] = {}
    for statement, codes in (
        (_BARE_HOUSEHOLDS, ("I1", "I1a", "I1b", "I1c", "I1d")),
        (_BARE_PRODUCTS, ("I2v", "I2p", "I2both", "I2any", "I2o")),
        (_BARE_HAMLETS, ("I3", "I3a")),
        (_BARE_STALLS, ("I4", "I4a")),
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall()
        # Unit, denominator, missing, then the numerators (and of products the extended and the services).
        sums = [sum(row[column] for row in rows) for column in range(1, 3 + len(codes))]
        found |= {code: (sums[2 + number], sums[0], sums[1]) for number, code in enumerate(codes)}
    return found


_LOOKS = """
looks AS (SELECT link_id, at, result, ROW_NUMBER() OVER (PARTITION BY link_id ORDER BY at DESC, id DESC) AS n
  FROM onboarding_observation WHERE result IN ('live', 'gone') AND at < %(end)s),
pages AS (SELECT k.id, k.account_id, k.kind, k.platform_id, l.at, l.result FROM onboarding_outsidelink k JOIN looks l ON l.link_id = k.id AND l.n = 1)"""
_BARE_HOUSEHOLDS = f"""
WITH {_LOOKS},
words AS (SELECT account_id, result, reporter, source_sha256, at, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY at DESC, id DESC) AS n
  FROM onboarding_accountreport WHERE at < %(end)s),
seen AS (SELECT account_id,
    MAX(CASE WHEN result = 'live' AND at >= %(d180)s THEN 1 ELSE 0 END) AS verified,
    MAX(CASE WHEN result = 'live' AND at >= %(d90)s AND kind = 'product' THEN 1 ELSE 0 END) AS selling,
    MAX(CASE WHEN result = 'gone' THEN 1 ELSE 0 END) AS gone FROM pages GROUP BY account_id),
done AS (SELECT account_id, 1 AS active, MAX(CASE WHEN kind = 'trade' THEN 1 ELSE 0 END) AS traded
  FROM onboarding_accountactivity WHERE happened_on >= %(first90)s AND happened_on <= %(today)s AND at < %(end)s GROUP BY account_id),
accounts AS (SELECT p.household_id, 
    MAX(CASE WHEN COALESCE(s.verified, 0) = 1 OR (w.result = 'opened' AND w.reporter = 'platform' AND w.source_sha256 <> '' AND w.at >= %(d180)s) THEN 1 ELSE 0 END) AS verified,
    MAX(CASE WHEN COALESCE(s.verified, 0) = 1 OR COALESCE(s.gone, 0) = 0 THEN 1 ELSE 0 END) AS claimed,
    MAX(COALESCE(s.selling, 0)) AS selling, MAX(COALESCE(d.active, 0)) AS active, MAX(COALESCE(d.traded, 0)) AS traded
  FROM onboarding_platformaccount a JOIN onboarding_producer p ON p.id = a.producer_id JOIN onboarding_platform f ON f.id = a.platform_id
  LEFT JOIN seen s ON s.account_id = a.id LEFT JOIN done d ON d.account_id = a.id LEFT JOIN words w ON w.account_id = a.id AND w.n = 1
  WHERE f.counts_for_target AND a.claimed_at < %(end)s AND (a.closed_on IS NULL OR a.closed_on > %(today)s) AND COALESCE(w.result, '') <> 'closed'
    AND p.household_id IS NOT NULL GROUP BY p.household_id),
frames AS (SELECT id, unit_id FROM ocop_frame WHERE year = %(year)s AND signed_at < %(end)s AND ended_at IS NULL),
framed AS (SELECT DISTINCT h.household_id FROM ocop_framehousehold h JOIN frames f ON f.id = h.frame_id),
shared AS (SELECT phone_index FROM onboarding_sharedphone WHERE households > 3 AND households > cleared_for AND flagged_at < %(end)s),
homes AS (SELECT h.id, h.commune_id, f.household_id IS NOT NULL AS framed,
    h.registered_at < %(end)s AND (h.ended_on IS NULL OR h.ended_on > %(today)s) AS living,
    h.phone_index IN (SELECT phone_index FROM shared) AS out
  FROM onboarding_household h LEFT JOIN framed f ON f.household_id = h.id)
SELECT h.commune_id, SUM(CASE WHEN h.framed THEN 1 ELSE 0 END),
  SUM(CASE WHEN h.living AND NOT h.framed AND h.commune_id NOT IN (SELECT unit_id FROM frames) THEN 1 ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.verified, 0) ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.claimed, 0) ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.selling, 0) ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.active, 0) ELSE 0 END),
  SUM(CASE WHEN h.framed AND h.living AND NOT h.out THEN COALESCE(a.traded, 0) ELSE 0 END)
FROM homes h LEFT JOIN accounts a ON a.household_id = h.id GROUP BY h.commune_id"""  # noqa: S608  no text from outside
_BARE_PRODUCTS = f"""
WITH {_LOOKS},
linked AS (SELECT product_id, outside_link_id AS page_id FROM ocop_presencelink WHERE ended_at IS NULL AND outside_link_id IS NOT NULL
  UNION ALL SELECT l.product_id, m.link_id FROM ocop_presencelink l JOIN market_platformlisting m ON m.listing_id = l.listing_id
  WHERE l.ended_at IS NULL AND m.link_id IS NOT NULL),
sold AS (SELECT l.product_id, MAX(CASE WHEN f.code = 'voso' THEN 1 ELSE 0 END) AS voso, MAX(CASE WHEN f.code = 'postmart' THEN 1 ELSE 0 END) AS postmart,
    MAX(CASE WHEN f.code NOT IN ('voso', 'postmart') THEN 1 ELSE 0 END) AS other
  FROM linked l JOIN pages p ON p.id = l.page_id JOIN onboarding_platform f ON f.id = p.platform_id
  WHERE p.result = 'live' AND p.at >= %(d30)s AND NOT f.is_simulation GROUP BY l.product_id),
files AS (SELECT r.certificate_id FROM ocop_renewalfile r JOIN ocop_certificate c ON c.id = r.certificate_id
  WHERE (r.result_on IS NULL OR r.result_on > %(today)s) AND r.submitted_on <= c.earliest_end AND c.earliest_end >= %(first180)s GROUP BY r.certificate_id),
standing AS (SELECT c.*, c.earliest_end >= %(today)s AS in_time, f.certificate_id IS NOT NULL AS filed FROM ocop_certificate c LEFT JOIN files f ON f.certificate_id = c.id
  WHERE (c.revoked_on IS NULL OR c.revoked_on > %(today)s) AND (c.superseded_on IS NULL OR c.superseded_on > %(today)s)
    AND c.quality IN ('A', 'B1', 'C') AND (c.stars IS NULL OR c.stars >= 3)),
papers AS (SELECT product_id,
    MAX(CASE WHEN quality <> 'C' AND stars >= 3 AND recognised_on <= %(today)s THEN CASE WHEN in_time THEN 2 WHEN filed THEN 1 ELSE 0 END ELSE 0 END) AS held,
    MAX(CASE WHEN recognised_on <= %(today)s AND (in_time OR filed) AND (stars IS NULL OR quality = 'C') THEN 1
      WHEN recognised_on IS NULL OR (recognised_on <= %(today)s AND NOT in_time AND NOT filed AND latest_end >= %(today)s) THEN 1 ELSE 0 END) AS unclear
  FROM standing GROUP BY product_id),
goods AS (SELECT o.unit_id, COALESCE(p.held, 0) > 0 AS certified, COALESCE(p.held, 0) = 1 AS extended, COALESCE(p.held, 0) = 0 AND p.unclear = 1 AS unclear,
    COALESCE(s.voso, 0) AS voso, COALESCE(s.postmart, 0) AS postmart, COALESCE(s.other, 0) AS other, COALESCE(n.is_service, FALSE) AS service
  FROM ocop_ocopproduct o LEFT JOIN papers p ON p.product_id = o.id LEFT JOIN sold s ON s.product_id = o.id LEFT JOIN ocop_taxonomynode n ON n.id = o.product_set_id)
SELECT unit_id, SUM(CASE WHEN certified THEN 1 ELSE 0 END), SUM(CASE WHEN unclear THEN 1 ELSE 0 END), SUM(CASE WHEN certified THEN voso ELSE 0 END),
  SUM(CASE WHEN certified THEN postmart ELSE 0 END), SUM(CASE WHEN certified AND voso = 1 AND postmart = 1 THEN 1 ELSE 0 END),
  SUM(CASE WHEN certified AND (voso = 1 OR postmart = 1) THEN 1 ELSE 0 END), SUM(CASE WHEN certified THEN other ELSE 0 END),
  SUM(CASE WHEN extended THEN voso ELSE 0 END), SUM(CASE WHEN extended THEN postmart ELSE 0 END), SUM(CASE WHEN certified AND service THEN voso ELSE 0 END),
  SUM(CASE WHEN certified AND service THEN postmart ELSE 0 END), SUM(CASE WHEN extended THEN 1 ELSE 0 END), SUM(CASE WHEN certified AND service THEN 1 ELSE 0 END)
FROM goods GROUP BY unit_id"""  # noqa: S608
_BARE_HAMLETS = """
WITH did AS (SELECT team_id FROM onboarding_visit WHERE visited_at >= %(d30)s AND visited_at < %(end)s AND team_id IS NOT NULL
  UNION SELECT team_id FROM onboarding_trainingsession WHERE held_at >= %(d30)s AND held_at < %(end)s AND team_id IS NOT NULL),
teams AS (SELECT t.hamlet_id, MAX(CASE WHEN m.id IN (SELECT team_id FROM did) OR m.follows_id IN (SELECT team_id FROM did) THEN 1 ELSE 0 END) AS active
  FROM onboarding_teamhamlet t JOIN onboarding_team m ON m.id = t.team_id
  WHERE t.valid_from <= %(today)s AND (t.valid_to IS NULL OR t.valid_to > %(today)s)
    AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to > %(today)s) GROUP BY t.hamlet_id)
SELECT h.commune_id, COUNT(*), 0, SUM(CASE WHEN t.hamlet_id IS NOT NULL THEN 1 ELSE 0 END), SUM(COALESCE(t.active, 0))
FROM core_hamlet h LEFT JOIN teams t ON t.hamlet_id = h.id
WHERE (h.valid_from IS NULL OR h.valid_from <= %(today)s) AND (h.valid_to IS NULL OR h.valid_to > %(today)s) GROUP BY h.commune_id"""
_BARE_STALLS = """
WITH stalls AS (SELECT s.id, m.commune_id FROM onboarding_stall s JOIN onboarding_market m ON m.id = s.market_id
  WHERE s.valid_from <= %(today)s AND (s.valid_to IS NULL OR s.valid_to > %(today)s)
    AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to > %(today)s)),
holders AS (SELECT id, household_id, phone_index FROM onboarding_stallholder WHERE valid_from <= %(today)s AND (valid_to IS NULL OR valid_to > %(today)s)),
looks AS (SELECT id, stall_id, holder_id, code_id, finding, crc_is_right, name_match, ROW_NUMBER() OVER (PARTITION BY stall_id ORDER BY at DESC, id DESC) AS n
  FROM onboarding_codecheck WHERE at < %(end)s),
good AS (SELECT l.stall_id, h.household_id, h.phone_index, COUNT(*) OVER (PARTITION BY p.issuer, p.bank_bin, p.account_index) AS sharers,
    COUNT(*) OVER (PARTITION BY p.issuer, p.bank_bin, p.account_index, h.household_id) AS of_household,
    COUNT(*) OVER (PARTITION BY p.issuer, p.bank_bin, p.account_index, h.phone_index) AS of_phone,
    COUNT(*) OVER (PARTITION BY p.issuer, p.bank_bin, p.account_index, h.household_id, h.phone_index) AS of_both
  FROM looks l JOIN stalls s ON s.id = l.stall_id JOIN holders h ON h.id = l.holder_id JOIN onboarding_paymentcode p ON p.id = l.code_id
  LEFT JOIN onboarding_namedecision d ON d.check_row_id = l.id AND d.is_same AND d.at < %(end)s
  WHERE l.n = 1 AND l.finding = 'read' AND l.crc_is_right AND (l.name_match = 'same' OR (l.name_match = 'near' AND d.id IS NOT NULL))),
alone AS (SELECT stall_id FROM good WHERE sharers = CASE WHEN household_id IS NULL AND phone_index = '' THEN 1
  WHEN household_id IS NULL THEN of_phone WHEN phone_index = '' THEN of_household ELSE of_household + of_phone - of_both END),
told AS (SELECT stall_id, month, did_use, ROW_NUMBER() OVER (PARTITION BY stall_id, month ORDER BY at DESC, id DESC) AS n
  FROM onboarding_monthuse WHERE at < %(end)s)
SELECT s.commune_id, COUNT(*), 0, SUM(CASE WHEN a.stall_id IS NOT NULL THEN 1 ELSE 0 END), SUM(CASE WHEN COALESCE(t.did_use, b.did_use, FALSE) THEN 1 ELSE 0 END)
FROM stalls s LEFT JOIN alone a ON a.stall_id = s.id LEFT JOIN told t ON t.stall_id = s.id AND t.month = %(month)s AND t.n = 1
LEFT JOIN told b ON b.stall_id = s.id AND b.month = %(month_before)s AND b.n = 1 GROUP BY s.commune_id"""
