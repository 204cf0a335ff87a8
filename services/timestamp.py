"""Time stamps from an authority on the network (RFC 3161 over HTTP, section 3.4)."""

from __future__ import annotations

from collections.abc import Callable

from ..checks.progress import SILENT, Progress
from ..checks.seal.timestamp import read_time_stamp_response, time_stamp_request
from .transport import Transport

_MOST = 1 << 20
_QUERY = "application/timestamp-query"
_REPLY = "application/timestamp-reply"


def stamper(
    transport: Transport, url: str, algorithm: str = "sha256", progress: Progress = SILENT
) -> Callable[[bytes], bytes]:
    """What :func:`..checks.seal.seal_package` calls to have a signature stamped.

    Parameters
    ----------
    algorithm
        ``sha256`` or ``sm3``: what the signature is digested with.

    Raises
    ------
    ServiceError, SealError
        The callable raises them when the authority cannot be reached or gives no valid stamp.
    """

    def stamp(data: bytes) -> bytes:
        request = time_stamp_request(data, algorithm)
        # Asking twice does no harm: each answer is bound to its own nonce.
        answer = transport.post(
            url,
            data=request.der,
            headers={"Content-Type": _QUERY, "Accept": _REPLY},
            idempotent=True,
            limit=_MOST,
            progress=progress,
        )
        return read_time_stamp_response(answer.content, request)

    return stamp
