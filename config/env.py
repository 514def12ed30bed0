"""Every setting that comes from the environment, with its type and default: the one list.

`MODE` decides how strict the rest is: `demo` (default, what `make run` starts), `test`, `production`.
`config/checks.py` refuses to start production on unsafe values.
"""

from __future__ import annotations

from pathlib import Path

from environs import Env, validate

ROOT = Path(__file__).resolve().parent.parent
env = Env()

MODE: str = env.str("MODE", "demo", validate=validate.OneOf(["demo", "test", "production"]))
DEMO = MODE == "demo"
PRODUCTION = MODE == "production"
DEBUG: bool = env.bool("DEBUG", False)
STATE_DIR = Path(env.str("STATE_DIR", str(ROOT / "var")))

DEMO_SECRET = "demo-secret-key-never-used-in-production-0123456789"
SECRET_KEY: str = env.str("SECRET_KEY", "" if PRODUCTION else DEMO_SECRET)
# Newest first; each at least 32 characters. How to change them: docs/operations.md.
DEMO_FIELD_KEY = "demo-field-key-never-used-in-production-0123456789"
FIELD_KEYS: list[str] = env.list("FIELD_KEYS", [] if PRODUCTION else [DEMO_FIELD_KEY])
# Hashes personal IDs. It cannot be changed: what is not stored cannot be hashed anew. docs/operations.md.
DEMO_PERSONAL_ID_KEY = "demo-personal-id-key-never-used-in-production-01"
PERSONAL_ID_KEY: str = env.str("PERSONAL_ID_KEY", "" if PRODUCTION else DEMO_PERSONAL_ID_KEY)

PORT: int = env.int("PORT", 8000)
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"]
)
BASE_URL: str = env.str("BASE_URL", f"http://127.0.0.1:{PORT}")
# Addresses or networks of the proxies in front of us; only their X-Forwarded-For is believed.
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", [])
# Searches, and as many certificate checks, that one address may make in a minute; 0: no limit.
PUBLIC_REQUESTS_PER_MINUTE: int = env.int("PUBLIC_REQUESTS_PER_MINUTE", 600)

DATABASE_URL: str = env.str("DATABASE_URL", f"sqlite:///{STATE_DIR / 'lensan.sqlite3'}")
SEARCH_URL: str = env.str("SEARCH_URL", "")  # empty: the embedded engine

# direct: buyers order and pay here; showcase: no basket, product pages link to the platforms.
SELLING: str = env.str("SELLING", "" if PRODUCTION else "direct")

# Only the two addresses choose the gateway (unset: the double next door); code and secret never do.
VNPAY_DOUBLE: str = env.str("VNPAY_DOUBLE", f"http://127.0.0.1:{PORT + 2}")
VNPAY_TMN_CODE: str = env.str("VNPAY_TMN_CODE", "" if PRODUCTION else "DEMO0001")
DEMO_HASH_SECRET = "DEMOSECRETDEMOSECRETDEMOSECRET01"
VNPAY_HASH_SECRET: str = env.str("VNPAY_HASH_SECRET", "" if PRODUCTION else DEMO_HASH_SECRET)
VNPAY_PAY_URL: str = env.str("VNPAY_PAY_URL", f"{VNPAY_DOUBLE}/paymentv2/vpcpay.html")
VNPAY_API_URL: str = env.str("VNPAY_API_URL", f"{VNPAY_DOUBLE}/merchant_webapi/api/transaction")
# A second terminal, VNPAY's sandbox, for the trials (test keys) of connected applications; unset: no trials in production, the
# double elsewhere. docs/operations.md.
VNPAY_TEST_TMN_CODE: str = env.str("VNPAY_TEST_TMN_CODE", "")
VNPAY_TEST_HASH_SECRET: str = env.str("VNPAY_TEST_HASH_SECRET", "")
VNPAY_TEST_PAY_URL: str = env.str("VNPAY_TEST_PAY_URL", "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html")
VNPAY_TEST_API_URL: str = env.str("VNPAY_TEST_API_URL", "https://sandbox.vnpayment.vn/merchant_webapi/api/transaction")
# Addresses or networks that VNPAY calls us from; empty: anybody's IPN is read, its signature decides. docs/operations.md.
VNPAY_IPN_ADDRESSES: list[str] = env.list("VNPAY_IPN_ADDRESSES", [])
# Requests a second that one key of a connected application may make of one web process, with bursts of twice as many; 0: no limit.
STRIPE_API_REQUESTS_PER_SECOND: int = env.int("STRIPE_API_REQUESTS_PER_SECOND", 50)
# What was said to and heard from the gateway is kept so long; VNPAY asks merchants for two months.
GATEWAY_MESSAGE_DAYS: int = env.int("GATEWAY_MESSAGE_DAYS", 400, validate=validate.Range(min=62))

# Events of connected applications, with what was sent of them and what was answered, are kept so long; Stripe keeps 30 days.
API_EVENT_DAYS: int = env.int("API_EVENT_DAYS", 30, validate=validate.Range(min=7))
# Whether events may be sent to addresses of this machine or its network: to programs next door, in trials only.
WEBHOOKS_ALLOW_PRIVATE: bool = env.bool("WEBHOOKS_ALLOW_PRIVATE", not PRODUCTION)

# Refunds above this many đồng need a second person.
REFUND_ALONE_UP_TO: int = env.int("REFUND_ALONE_UP_TO", 2_000_000)
# Payouts to producers: who is owed less waits for the next batch; what one person sends alone in a day before a second must approve.
PAYOUT_MINIMUM: int = env.int("PAYOUT_MINIMUM", 50_000, validate=validate.Range(min=1))
PAYOUT_ALONE_UP_TO: int = env.int("PAYOUT_ALONE_UP_TO", 5_000_000)

# Official reports are signed with this certificate (PKCS#12, .p12 or .pfx), where one is set. docs/reports.md.
REPORT_SIGNING_FILE: str = env.str("REPORT_SIGNING_FILE", "")
REPORT_SIGNING_PASSWORD: str = env.str("REPORT_SIGNING_PASSWORD", "")

# The marketplace double: a simulation under its own name, never a stand-in for VoSo or Postmart.
SANDBOX_MARKET_URL: str = env.str("SANDBOX_MARKET_URL", f"http://127.0.0.1:{PORT + 1}")
SANDBOX_MARKET_KEY: str = env.str("SANDBOX_MARKET_KEY", "" if PRODUCTION else "demo-market-key")

# SMS: log (nobody gets anything, codes stand in the log), http (a brand-name provider) or off. docs/operations.md says more.
SMS_ADAPTER: str = env.str("SMS_ADAPTER", "" if PRODUCTION else "log")
SMS_URL: str = env.str("SMS_URL", "")
SMS_KEY: str = env.str("SMS_KEY", "")
SMS_SECRET: str = env.str("SMS_SECRET", "")
SMS_SENDER: str = env.str("SMS_SENDER", "")  # the registered brand name
SMS_DROPS_REPEATS: bool = env.bool(
    "SMS_DROPS_REPEATS", False
)  # the provider answers a repeated RequestId without sending
SMS_STOP_TO: str = env.str("SMS_STOP_TO", "")  # the number that takes «TC»; without one no advert goes by SMS
SMS_INBOUND_KEY: str = env.str("SMS_INBOUND_KEY", "")  # signs what the provider hands in; empty: the door is closed
# smtp://user:password@host:587/?tls=True; empty: mails stand in the log, in production the channel is off.
EMAIL_URL: str = env.str("EMAIL_URL", "" if PRODUCTION else "console://")
EMAIL_FROM: str = env.str("EMAIL_FROM", "Lên Sàn <khong-tra-loi@lensan.example>")
