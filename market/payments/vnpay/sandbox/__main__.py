"""Start the double: read its settings, open its state, serve until it is stopped."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import socketserver
import sys
from pathlib import Path
from types import FrameType
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings as django_settings
from django.core.wsgi import get_wsgi_application

from market.payments.vnpay.sandbox.gateway import Gateway
from market.payments.vnpay.sandbox.notify import Notifier
from market.payments.vnpay.sandbox.settings import REAL_IPN_INTERVAL, Settings
from market.payments.vnpay.sandbox.store import Store


class ThreadedServer(socketserver.ThreadingMixIn, WSGIServer):
    """A thread per request: a slow answer on purpose must not stop the others."""

    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    """No line per request, and no reverse look-up of the caller."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what happened is in `/_control/transactions`."""

    def address_string(self) -> str:
        """The caller's address as it is."""
        return str(self.client_address[0])


def main() -> int:
    """Run the double. Returns the exit code: 0 when stopped, 2 when it cannot start."""
    parser = argparse.ArgumentParser(
        prog="python -m market.payments.vnpay.sandbox",
        description="Bản mô phỏng VNPAY để chạy thử và kiểm thử.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--state", type=Path, required=True, help="tệp SQLite giữ trạng thái")
    parser.add_argument("--ipn-url", required=True, help="địa chỉ IPN của cửa hàng")
    parser.add_argument(
        "--ipn-interval",
        type=float,
        default=3.0,
        help=f"số giây giữa hai lần gọi IPN (VNPAY thật: {REAL_IPN_INTERVAL:.0f})",
    )
    parser.add_argument(
        "--settle-refunds-after",
        type=float,
        help="số giây tới khi một lần hoàn tiền tự xong (không đặt: chờ bấm nút hoặc /_control)",
    )
    options = parser.parse_args()
    tmn_code, secret = os.environ.get("VNPAY_TMN_CODE", ""), os.environ.get("VNPAY_HASH_SECRET", "")
    if not tmn_code or not secret:
        print("Chưa chạy được: hãy đặt biến môi trường VNPAY_TMN_CODE và VNPAY_HASH_SECRET.", file=sys.stderr)
        return 2
    settings = Settings(
        tmn_code, secret, options.ipn_url, options.ipn_interval, options.state, options.settle_refunds_after
    )
    try:
        options.state.parent.mkdir(parents=True, exist_ok=True)
        store = Store(options.state)
        notifier = Notifier(settings, store)
        _configure_django(Gateway(settings, store, notifier))
        server = make_server(
            options.host, options.port, get_wsgi_application(), ThreadedServer, handler_class=QuietHandler
        )
    except OSError as error:
        print(f"Chưa chạy được: {error}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _stop)
    notifier.start()
    print(f"VNPAY mô phỏng: http://{options.host}:{options.port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.2)
    return 0


def _stop(signal_number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _configure_django(gateway: Gateway) -> None:
    """Django as a library: addresses and templates, no database, no cookies."""
    django_settings.configure(
        GATEWAY=gateway,
        SECRET_KEY=secrets.token_hex(32),
        # It serves no secrets and no cookies, and may stand behind any name in a test network.
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="market.payments.vnpay.sandbox.urls",
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        X_FRAME_OPTIONS="DENY",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent / "templates"],
            }
        ],
        LANGUAGE_CODE="vi",
        USE_I18N=False,
        USE_TZ=True,
    )
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
