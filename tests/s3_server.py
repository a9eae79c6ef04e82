"""An S3 server of its own process on this machine: moto, started once for a module of tests."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUCKET = "news"


@contextmanager
def s3_server(log: Path) -> Iterator[dict[str, str]]:
    """Yield the environment by which it is found; it has the bucket `BUCKET`."""
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    endpoint = f"http://127.0.0.1:{port}"
    try:
        _wait_for(process, port, log)
        send(f"{endpoint}/{BUCKET}", "PUT")
        yield {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "a-key",
            "AWS_SECRET_ACCESS_KEY": "a-secret",
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }
    finally:
        process.kill()
        process.wait()


def send(url: str, method: str, data: bytes = b"") -> None:
    """Ask the server for something, without a signature."""
    request = urllib.request.Request(
        url, data or None, {"Content-Type": "text/plain"}, method=method
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    latest = time.monotonic() + 60
    while time.monotonic() < latest:
        assert process.poll() is None, log.read_text()
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the S3 server does not start")
