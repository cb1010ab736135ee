"""A Ray cluster: one that is there, or one on this machine that is started and ended with the work.

Ray does the scheduling, the travelling and the trying again; here it is only begun and ended as this project wants it:
nothing is counted or reported, there is no dashboard, and nobody but this machine is listened to unless the user names
a cluster.
"""

import errno
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from styletransfer.errors import StyleTransferError
from styletransfer.machine.threads import wait_briefly

LOCAL = "local"
"""The address that stands for a cluster of this machine alone."""
_PATIENCE = 5.0
"""Seconds that a cluster may take to answer."""


@contextmanager
def connected(address: str, processors: int | None = None) -> Iterator[Any]:
    """Gives the module `ray`, connected inside to a cluster.

    Args:
        address: HOST:PORT of one, or `LOCAL`.
        processors: How many `LOCAL` is to have; as many as there are if None.

    Raises:
        StyleTransferError: Ray is not installed, or the cluster does not answer.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_worker_niceness", "0")  # as urgent as this command: a cluster of its own is there for it
    if address == LOCAL or _is_loopback(_check_answer(address)):
        # What Ray does on a desktop: all its ports are those of 127.0.0.1. Read when it is imported.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        import ray
    except ImportError as error:
        raise StyleTransferError(
            "Ray is not installed, which --ray needs; install it with: {command}", command='pip install ".[ray]"'
        ) from error
    options: dict[str, Any] = (
        {"include_dashboard": False, "num_cpus": processors or os.cpu_count()} if address == LOCAL else {}
    )
    # A task that no graphics card is set aside for shall not find one either.
    environment: dict[str, str] = {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1"}
    wait_briefly(environment)
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            runtime_env={"env_vars": environment},
            **options,
        )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise StyleTransferError(
            "The Ray cluster at {address} cannot be used ({reason}); check the address, that Ray has the same version "
            "there, and, if it asks for a token, that RAY_AUTH_MODE is set to token.",
            address=address,
            reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
        ) from error
    try:
        # Ray tells of its troubles there, at length; what matters of them stands in the report.
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            yield ray
    finally:
        ray.shutdown()


def _check_answer(address: str) -> str:
    """Make sure that somebody listens there, as Ray would wait for a very long time. Gives the host."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    host = host.strip("[]")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise StyleTransferError(
            "{address} is no address of a Ray cluster; give HOST:PORT, or nothing for this machine alone.",
            address=address,
        )
    try:
        with socket.create_connection((host, int(port)), timeout=_PATIENCE) as connection:
            if os.environ.get("RAY_USE_TLS", "0") == "0":
                _check_http2(connection)
    except OSError as error:
        raise StyleTransferError(
            "No Ray cluster answers at {address} ({reason}); check the address, and that it is running.",
            address=address,
            reason=error.strerror or error,
        ) from error
    return host


def _check_http2(connection: socket.socket) -> None:
    """Make sure that HTTP/2 is spoken, which Ray's gRPC is made of (RFC 9113, 3.4). Raises OSError if it is not."""
    settings = b"\0\0\0\4\0\0\0\0\0"  # an empty frame, that both sides begin with
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings)
    answer = connection.recv(9)
    if answer[3:4] != settings[3:4]:
        raise ConnectionError(errno.EPROTO, os.strerror(errno.EPROTO))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
