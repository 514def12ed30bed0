"""Django settings. What differs between machines comes from `config/env.py` and nowhere else."""

from __future__ import annotations

from typing import Any

import dj_database_url
import dj_email_url

from config import content_policy, env

BASE_DIR = env.ROOT
DEBUG = env.DEBUG
DEMO = env.DEMO
PRODUCTION = env.PRODUCTION
SECRET_KEY = env.SECRET_KEY
FIELD_KEYS = env.FIELD_KEYS
PERSONAL_ID_KEY = env.PERSONAL_ID_KEY
ALLOWED_HOSTS = env.ALLOWED_HOSTS
BASE_URL = env.BASE_URL
SELLING = env.SELLING
SEARCH_URL = env.SEARCH_URL

INSTALLED_APPS = [
    "config",
    "search",
    "ocop",
    "market",
    "onboarding",
    "core",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",  # Wagtail's search index uses its index types; harmless on SQLite
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "ninja",
]

MIDDLEWARE = [
    "core.audit.middleware.request_number",
    "market.payments.stripe_api.transport.door.answers_in_json",
    "django.middleware.security.SecurityMiddleware",
    "config.content_policy.ContentPolicy",
    "config.errors.page_for_too_large_request",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.private_answers.keep_nothing_of_the_signed_in",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.people.second_factor.middleware.second_factor_before_back_offices",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.errors.page_for_wrong_method",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

if env.MODE == "test":
    # It scans every static file for each test client.
    MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.page",
            ],
            "builtins": ["core.templatetags.vietnamese"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES: dict[str, Any] = {"default": dict(dj_database_url.parse(env.DATABASE_URL))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE takes the write lock at BEGIN, so that two writers wait for each other instead of failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # Rates ask one row many small questions: PostgreSQL's compiler for long queries takes seconds for what then runs in milliseconds.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
    DATABASES["default"]["OPTIONS"]["pool"] = (
        # A worker has a thread for every periodic job beside those for jobs; the library's default is 4 connections.
        {"min_size": 1, "max_size": 24} if env.MODE != "test" else False
    )
# Wagtail's own tasks and ours wait in one table, run by `manage.py work`.
TASKS: dict[str, Any] = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
LOGIN_URL = "/dang-nhap/"
LOGIN_REDIRECT_URL = "/di-tiep/"
LOGOUT_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["core.people.backends.PeopleBackend"]
# The accounts library keeps second factors and open sessions; pages, limits and codes are ours.
ACCOUNT_ADAPTER = "core.people.second_factor.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # core/people/limits counts
MFA_ADAPTER = "core.people.second_factor.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
TRUSTED_PROXIES = env.TRUSTED_PROXIES
PUBLIC_REQUESTS_PER_MINUTE = env.PUBLIC_REQUESTS_PER_MINUTE
REFUND_ALONE_UP_TO = env.REFUND_ALONE_UP_TO
PAYOUT_MINIMUM, PAYOUT_ALONE_UP_TO = env.PAYOUT_MINIMUM, env.PAYOUT_ALONE_UP_TO
# Seconds below which a request for a sign-in code is never answered, so that the time says nothing about the phone.
SIGN_IN_FLOOR = 0.0 if env.MODE == "test" else 0.4
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "core.people.account.passwords.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "core.people.account.passwords.MaximumLengthValidator", "OPTIONS": {"max_length": 128}},
    {"NAME": "core.people.account.passwords.CommonPasswordValidator"},
    {"NAME": "core.people.account.passwords.NumericPasswordValidator"},
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = env.STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = env.STATE_DIR / "media"
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.STATE_DIR / "private", "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if env.MODE == "test" or DEBUG
        else "config.static_files.FieldModuleStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# Small requests in memory; of large ones each file as far as core/files/uploads.py allows.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "core.files.uploads.LimitedUploadHandler",
]

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if env.PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": content_policy.for_pages(
        env.VNPAY_PAY_URL if env.VNPAY_TMN_CODE else "", env.VNPAY_TEST_PAY_URL if env.VNPAY_TEST_TMN_CODE else ""
    )
}
X_FRAME_OPTIONS = "DENY"  # Wagtail marks its own preview as allowed in a frame of this site

WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_SITE_NAME = "Lên Sàn"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_RECENT_EDITS_LIMIT = 5
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILADMIN_PERMITTED_LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]

VNPAY: dict[str, Any] = {
    "tmn_code": env.VNPAY_TMN_CODE,
    "hash_secret": env.VNPAY_HASH_SECRET,
    "pay_url": env.VNPAY_PAY_URL,
    "api_url": env.VNPAY_API_URL,
    # Only the double lives on a private address.
    "allow_private": env.VNPAY_API_URL.startswith(env.VNPAY_DOUBLE),
    "ipn_addresses": env.VNPAY_IPN_ADDRESSES,
}
STRIPE_API_REQUESTS_PER_SECOND = env.STRIPE_API_REQUESTS_PER_SECOND
VNPAY_TEST: dict[str, Any] | None = (
    {
        "tmn_code": env.VNPAY_TEST_TMN_CODE,
        "hash_secret": env.VNPAY_TEST_HASH_SECRET,
        "pay_url": env.VNPAY_TEST_PAY_URL,
        "api_url": env.VNPAY_TEST_API_URL,
        "allow_private": env.VNPAY_TEST_API_URL.startswith(env.VNPAY_DOUBLE),
    }
    if env.VNPAY_TEST_TMN_CODE
    else None
)
GATEWAY_MESSAGE_DAYS = env.GATEWAY_MESSAGE_DAYS
API_EVENT_DAYS = env.API_EVENT_DAYS
WEBHOOKS_ALLOW_PRIVATE = env.WEBHOOKS_ALLOW_PRIVATE
REPORT_SIGNING: dict[str, str] = {"file": env.REPORT_SIGNING_FILE, "password": env.REPORT_SIGNING_PASSWORD}
SANDBOX_MARKET: dict[str, str] = {"url": env.SANDBOX_MARKET_URL, "key": env.SANDBOX_MARKET_KEY}

# Channel → adapter; "off" closes a channel. The adapters are registered in core/apps.py.
MESSAGE_ADAPTERS: dict[str, str] = {
    "inbox": "inbox",
    "sms": env.SMS_ADAPTER or "off",
    "email": "email" if env.EMAIL_URL else "off",
}
SMS: dict[str, Any] = {
    "url": env.SMS_URL,
    "key": env.SMS_KEY,
    "secret": env.SMS_SECRET,
    "sender": env.SMS_SENDER,
    "drops_repeats": env.SMS_DROPS_REPEATS,
    "stop_to": env.SMS_STOP_TO,
    "inbound_key": env.SMS_INBOUND_KEY,
    "allow_private": not env.PRODUCTION,  # only the double lives on a private address
}
vars().update({name: value for name, value in dj_email_url.parse(env.EMAIL_URL or "dummy://").items() if value})
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.EMAIL_FROM

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "core.kit.origin.WithRequestId"}},
    "formatters": {
        "line": {
            "class": "core.kit.origin.WithoutKeys",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "wagtail": {"level": "WARNING"},
        # Pages that are not there are no news.
        "django.request": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
        "elastic_transport": {"level": "ERROR"},  # it tells of every request; what goes wrong is told by us
        "fontTools": {"level": "WARNING"},  # it tells of every letter it keeps
    },
}
