"""The memory that the system lets this process use, looked at before anything large is loaded."""

from __future__ import annotations

#: Below this many bytes of addresses Python and its libraries end in errors of their own, or not at all.
LEAST = 900 << 20


def too_little() -> str:
    """Return why a run cannot work under the limit of addresses (`ulimit -v`); empty if it can."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return ""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY or limit >= LEAST:
        return ""
    return (
        f"this process may use {limit >> 20:,} MB of addresses (`ulimit -v`), and a run needs at least"
        f" {LEAST >> 20:,} MB; raise the limit"
    )
