"""Opens the page in a browser when the server is up, or says what to do where that cannot be done.

Streamlit itself opens none for an app that brings its own server (`st.App`).
"""

import getpass
import os
import platform
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Mapping

from styletransfer.texts import _, speaking
from styletransfer.texts.language import of_system

PATIENCE = 60.0
"""Seconds that the server is given to come up."""


def open_when_up(port: int) -> None:
    """Open the page as soon as something answers at that port of this machine; returns at once."""
    threading.Thread(target=_open, args=(port,), name="browser", daemon=True).start()


def advice(port: int, environment: Mapping[str, str], system: str, release: str) -> str | None:
    """What to do where no browser can be opened from here; None where one can be.

    Args:
        port: Where the page is.
        environment: The process's environment variables.
        system: Name of the operating system, as `platform.system` gives it.
        release: Its release, as `platform.release` gives it.
    """
    url = address(port)
    if "BROWSER" in environment:
        return None
    if connection := environment.get("SSH_CONNECTION", "").split():
        there = f"{environment.get('USER') or 'USER'}@{connection[2] if len(connection) > 2 else 'HOST'}"
        return _(
            "On your own computer, run `{command}`, and open {url} in its browser.",
            command=_tunnel(port, there),
            url=url,
        )
    if system != "Linux" or environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return None
    if "microsoft" in release.lower():
        return _("Open {url} in your browser on Windows.", url=url)
    return _(
        "There is no screen here to open a browser on: from a computer that has one, run `{command}`, and open {url} "
        "in its browser.",
        command=_tunnel(port, f"{getpass.getuser()}@{socket.gethostname()}"),
        url=url,
    )


def address(port: int) -> str:
    """Where the page is, for a browser on this machine."""
    return f"http://localhost:{port}"


def _tunnel(port: int, there: str) -> str:
    return f"ssh -L {port}:localhost:{port} {there}"


def _open(port: int) -> None:
    if not _is_up(port):
        return
    with speaking(of_system()):  # a thread of its own, which starts with no language
        said = advice(port, os.environ, platform.system(), platform.release())
        if said is None and not webbrowser.open(address(port)):
            said = _("No browser could be opened; open {url} in one yourself.", url=address(port))
    if said is not None:
        sys.stderr.write(f"  {said}\n\n")


def _is_up(port: int) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with socket.create_connection(("localhost", port), timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False
