"""How long the threads that paint wait for each other wide awake, before they go to sleep.

Torch cuts its work into many short pieces, one for each thread, and a thread that is done first waits for the others
by looking again and again, as waking up takes longer than most pieces. Where another program is at work, the one that
is waited for has no core, and what keeps it from getting one is those that wait: painting takes up to thirty times as
long. With a short wait it takes about twice as long, its fair share, and no longer than before when it is alone.
`benchmarks.busy` measures it.

The library that starts the threads reads this from the environment when it is loaded, that is when torch is imported.
"""

from collections.abc import MutableMapping

_CHOSEN_BY_THE_USER = "OMP_WAIT_POLICY"
"""What every such library heeds; the others would overrule it."""

_SHORT = {
    "GOMP_SPINCOUNT": "1000",  # looks, some hundredths of a millisecond; GNU's library, as on Linux
    "KMP_BLOCKTIME": "1",  # milliseconds, of which there are no parts; LLVM's library, as on macOS and Windows
}


def wait_briefly(environment: MutableMapping[str, str]) -> None:
    """Let a process with this environment wait briefly, unless the user has said how long to wait.

    Args:
        environment: `os.environ` before torch is imported, or what another process is to be started with.
    """
    if _CHOSEN_BY_THE_USER not in environment:
        for name, value in _SHORT.items():
            environment.setdefault(name, value)
