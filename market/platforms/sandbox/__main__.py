"""Start the marketplace: `python -m market.platforms.sandbox --port 8001 --state DIR`."""

from __future__ import annotations

import argparse
import ipaddress
import os
import signal
import sys
from pathlib import Path
from wsgiref.simple_server import make_server

from market.platforms.sandbox.habits import Habits
from market.platforms.sandbox.marketplace import Marketplace
from market.platforms.sandbox.orders import OrderBook
from market.platforms.sandbox.server import QuietHandler, ThreadedServer, build_application, configure
from market.platforms.sandbox.store import Store

KEY_VARIABLE = "SANDBOX_MARKET_KEY"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="market.platforms.sandbox", description="A simulated marketplace.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001, help="0 takes any free port")
    parser.add_argument("--state", type=Path, required=True, help="folder for its database and photos")
    parser.add_argument("--auto-review", type=float, metavar="SECONDS", help="decide by itself after this time")
    parser.add_argument("--unique-sku", action="store_true", help="refuse a second listing with the same SKU")
    parser.add_argument("--tokens", type=float, metavar="SECONDS", help="calls need a token that lives this long")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="each call takes at least this long")
    parser.add_argument("--rate", type=float, metavar="CALLS", help="calls a second that one key may make")
    return parser.parse_args()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def main() -> int:
    """Run until SIGINT or SIGTERM; the first line printed tells the address."""
    arguments = _arguments()
    key = os.environ.get(KEY_VARIABLE, "")
    if not key:
        print(f"Set {KEY_VARIABLE} to the key that sellers shall use.", file=sys.stderr)
        return 2
    configure()
    habits = Habits(
        auto_review=arguments.auto_review,
        unique_sku=arguments.unique_sku,
        tokens=arguments.tokens,
        latency_ms=arguments.latency_ms,
        rate=arguments.rate,
    )
    has_control = _is_loopback(arguments.host)
    store, orders = Store(arguments.state), OrderBook(arguments.state)
    marketplace = Marketplace(store=store, orders=orders, key=key, start=habits, has_control=has_control)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with make_server(
        arguments.host, arguments.port, build_application(marketplace), ThreadedServer, QuietHandler
    ) as server:
        print(f"Sàn thử (mô phỏng): http://{arguments.host}:{server.server_port}/", flush=True)
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
