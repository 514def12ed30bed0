"""What `make` calls: sets up what is missing, then runs, tests or checks. Standard library only.

    python3 config/bootstrap.py run | prepare | test [pytest arguments] | test-servers [servers] | lint | bench [parts] | tools

Everything it makes is in var/. Each step leaves a stamp of what it was made from, so a second start takes seconds.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("STATE_DIR", ROOT / "var"))
VENV = Path(os.environ.get("LENSAN_VENV", ROOT / "var" / "venv"))
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
DEMO_LOGINS = "tinh, xa, totruong, to, nguoiban, hangxom, sanops, kiemtoan, ketoan, ketoan2, nguoimua, quantri"
SERVERS = ("elasticsearch", "oscar", "medusa", "vendure", "kinto")
_CLEAN = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def main() -> int:
    """Run the named task; returns the exit status."""
    if sys.version_info < (3, 11):
        return _say("Cần Python 3.11 trở lên. / Python 3.11 or newer is needed.")
    task, *rest = sys.argv[1:] or [""]
    if task in {"run", "prepare"}:
        return run(only_prepare=task == "prepare")
    if task in {"test", "test-servers", "lint", "bench", "tools"}:
        install(with_tools=True)
        if task == "test-servers":
            return _on_a_server(rest)
        return test(rest) if task == "test" else lint() if task == "lint" else bench(rest) if task == "bench" else 0
    return _say(__doc__ or "")


def install(*, with_tools: bool) -> None:
    """The virtual environment with the locked, hashed packages: those of the product, or all."""
    wanted = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / ".installed"
    have = stamp.read_text().split() if stamp.exists() else []
    if have[:1] == [wanted] and (have[1] == "all" or not with_tools):
        return
    print("Đang cài các gói cần thiết (lần đầu mất khoảng một phút)…", flush=True)
    if not PYTHON.exists():
        _call([sys.executable, "-m", "venv", str(VENV)])
    locked = _locked()
    with tempfile.TemporaryDirectory() as folder:
        installer = Path(folder) / "installer.txt"
        installer.write_text(_block("uv"))
        _call([str(PYTHON), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(installer)])
        names = list(locked) if with_tools else _direct()
        chosen = Path(folder) / "chosen.txt"
        chosen.write_text("".join(f"{locked[name]}\n" for name in names))
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "-q", "--python", str(PYTHON), "--compile-bytecode"]
        _call([*uv, "--require-hashes", "-r", str(chosen), "-c", str(LOCK)])
    stamp.write_text(f"{wanted} {'all' if with_tools else 'product'}\n")


def prepare(environment: dict[str, str]) -> None:
    """Migrations, reference data, static files and, in the demo, its world: each only when it has changed."""
    VAR.mkdir(parents=True, exist_ok=True)
    world = _fingerprint(
        "*/migrations/*.py", "core/places/data/*.csv", "**/reference.py", "config/demo/**/*", "requirements.lock"
    )
    _step(
        "database",
        environment.get("DATABASE_URL", "") + world,
        [["migrate", "-v0"], ["load_reference"], ["demo"]],
        environment,
    )
    _step(
        "static", _fingerprint("static/**/*", "requirements.lock"), [["collectstatic", "-v0", "--noinput"]], environment
    )


def run(*, only_prepare: bool = False) -> int:
    """Web, worker and the two doubles, until Ctrl-C; or only what stands before they start: tables, demo world, static files."""
    port = int(os.environ.get("PORT", "8000"))
    ports = {"PORT": port, "sàn mô phỏng": port + 1, "VNPAY mô phỏng": port + 2}
    for name, number in ports.items():
        if not _is_free(number):
            return _say(
                f"Cổng {number} ({name}) đang có chương trình khác dùng. Hãy chọn cổng khác: PORT={port + 1000} make run"
            )
    install(with_tools=False)
    environment = _CLEAN | {"PORT": str(port), "STATE_DIR": str(VAR), "PYTHONUNBUFFERED": "1"}
    environment.setdefault("VNPAY_TMN_CODE", "DEMO0001")
    environment.setdefault("VNPAY_HASH_SECRET", "DEMOSECRETDEMOSECRETDEMOSECRET01")
    environment.setdefault("SANDBOX_MARKET_KEY", "demo-market-key")
    python, host = str(PYTHON), "127.0.0.1"
    commands = {
        "market": [python, "-m", "market.platforms.sandbox", "--host", host, "--port", str(port + 1),
                   "--state", str(VAR / "sandbox-market")],
        "web": [str(VENV / "bin" / "gunicorn"), "config.wsgi", "--bind", f"{host}:{port}", "--workers", "2", "--threads", "4",
                "--access-logfile", "/dev/null", "--log-level", "warning"],
        "worker": [python, "manage.py", "work"],
        "vnpay": [python, "-m", "market.payments.vnpay.sandbox", "--host", host, "--port", str(port + 2),
                  "--state", str(VAR / "sandbox-vnpay.sqlite3"), "--ipn-url", f"http://{host}:{port}/thanh-toan/vnpay/ipn",
                  "--settle-refunds-after", "60"],
    }  # fmt: skip
    return _supervise(commands, environment, port, only_prepare=only_prepare)


def test(arguments: list[str]) -> int:
    """The whole suite on the embedded default."""
    environment = _CLEAN | {"MODE": "test"}
    return subprocess.run([str(PYTHON), "-m", "pytest", *arguments], cwd=ROOT, env=environment, check=False).returncode


def _on_a_server(arguments: list[str]) -> int:
    """Tests on real servers that somebody else wrote, in turn: those that are named (`elasticsearch`, `oscar` …), or all. What else is given
    goes to pytest."""
    chosen = [name for name in SERVERS if name in arguments] or list(SERVERS)
    rest = [argument for argument in arguments if argument not in SERVERS]
    environment = _CLEAN | {"STATE_DIR": str(VAR)}
    statuses = [
        subprocess.run(
            [str(PYTHON), f"tests/servers/{name}/running.py", *rest], cwd=ROOT, env=environment, check=False
        ).returncode
        for name in chosen
    ]
    return max(statuses)


def bench(arguments: list[str]) -> int:
    """The benchmarks, on databases of their own."""
    command = [str(PYTHON), "manage.py", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, env=_CLEAN, check=False).returncode


def lint() -> int:
    """Style, types, directions of imports, templates, pending migrations: every check runs, any failure fails."""
    tool = str(VENV / "bin")
    checks = [
        [f"{tool}/ruff", "check", "."],
        [f"{tool}/ruff", "format", "--check", "-q", "."],
        [f"{tool}/mypy", "."],
        [f"{tool}/lint-imports"],
        [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run", "-v0"],
        [str(PYTHON), "manage.py", "check", "--fail-level", "WARNING"],
    ]
    environment = _CLEAN | {"MODE": "test"}
    failed = [check[0] for check in checks if subprocess.run(check, cwd=ROOT, env=environment, check=False).returncode]
    return _say(f"lint: {len(failed)} of {len(checks)} checks failed") if failed else 0


def _supervise(commands: dict[str, list[str]], environment: dict[str, str], port: int, *, only_prepare: bool) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    children: dict[str, subprocess.Popen[bytes]] = {}

    def start(name: str) -> None:
        # In sessions of their own, so that Ctrl-C reaches only this process, which then stops them in order.
        children[name] = subprocess.Popen(commands[name], cwd=ROOT, env=environment, start_new_session=True)

    try:
        start("market")  # before the rest: the demo world is shown to it
        prepare(environment)
        if only_prepare:
            return 0
        for name in commands.keys() - children.keys():
            start(name)
        if _wait_until_ready(f"http://127.0.0.1:{port}/health/ready", children):
            print(f"\n  Lên Sàn:        http://127.0.0.1:{port}/")
            print(f"  Sàn mô phỏng:   http://127.0.0.1:{port + 1}/   (duyệt tin ở /kiem-duyet)")
            print(f"  VNPAY mô phỏng: http://127.0.0.1:{port + 2}/")
            print(f"  Đăng nhập:      {DEMO_LOGINS}; mật khẩu lensan-demo")
            print(f"  API kiểu Stripe: http://127.0.0.1:{port}/v1; khóa thử sk_test_lensan_demo")
            print("  Ctrl-C để dừng tất cả.\n", flush=True)
        while all(child.poll() is None for child in children.values()):
            time.sleep(0.3)
        fallen = [name for name, child in children.items() if child.poll() is not None]
        return _say(f"Tiến trình {', '.join(fallen)} đã dừng, nên dừng tất cả.")
    except KeyboardInterrupt:
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave children behind
        for child in children.values():
            if child.poll() is None:
                child.terminate()
        for child in children.values():
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()


def _wait_until_ready(url: str, children: dict[str, subprocess.Popen[bytes]]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and all(child.poll() is None for child in children.values()):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _step(name: str, made_from: str, commands: list[list[str]], environment: dict[str, str]) -> None:
    stamp = VAR / f".{name}"
    wanted = hashlib.sha256(made_from.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    for command in commands:
        print(f"Đang chuẩn bị: {command[0]}…", flush=True)
        _call([str(PYTHON), "manage.py", *command], environment)
    stamp.write_text(wanted)


def _fingerprint(*patterns: str) -> str:
    files = sorted(
        {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file() and "var" not in path.parts}
    )
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _locked() -> dict[str, str]:
    """Name → "name==version" of every package in the lock file."""
    found = re.findall(r"^([a-z0-9._-]+)(==[^ ]+) \\$", LOCK.read_text(), flags=re.MULTILINE | re.IGNORECASE)
    return {name.lower(): name + version for name, version in found}


def _direct() -> list[str]:
    """The product's own packages, as pyproject.toml names them, with their extras in the lock's spelling."""
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("dependencies = [") : text.index("[project.optional-dependencies]")]
    names = re.findall(r'"([A-Za-z0-9._-]+)(?:\[([a-z,]+)\])?[<>=]', block)
    extras = {
        "psycopg": ["psycopg-binary", "psycopg-pool"], "environs": ["dj-database-url", "dj-email-url"], "whitenoise": ["brotli"],
        "django-allauth": ["qrcode", "fido2"],
    }  # fmt: skip
    return [name for direct, _ in names for name in (direct.lower(), *extras.get(direct.lower(), []))]


def _block(name: str) -> str:
    """The lines of one package in the lock file, hashes included."""
    match = re.search(
        rf"^{name}==.*?(?=^[a-z0-9])", LOCK.read_text() + "zzz", flags=re.MULTILINE | re.DOTALL | re.IGNORECASE
    )
    return match.group(0) if match else ""


def _call(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment or _CLEAN, check=False)
    if done.returncode:
        raise SystemExit(f"Bước này không xong: {' '.join(command[:4])} (mã {done.returncode})")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
