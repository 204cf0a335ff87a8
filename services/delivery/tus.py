"""Resumable uploads: a client of tus 1.0 (https://tus.io/protocols/resumable-upload, 1.0.0).

Why not tuspy, which is otherwise the library for it: it needs aiohttp, a compiled dependency, and
talks through ``requests`` by itself, past the one choke point that holds proxy, certificates,
time-outs, credentials and the redacting log. What it would save us are the four requests below.

Where an upload stands is never believed from memory: before the first byte, and after every
answer that is not exactly what was expected, the server is asked for its offset.
"""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..errors import (
    BadAnswer,
    Conflict,
    NotReachable,
    NotThere,
    Refused,
    ServerProblem,
    ServiceError,
    TimedOut,
    TooBusy,
    place,
)
from ..site import origin
from .patience import Patience

VERSION = "1.0.0"
_BODY = "application/offset+octet-stream"
_PASSING = (NotReachable, TimedOut, ServerProblem, TooBusy, BadAnswer, Conflict)
_NO_SPACE = 507
Watch = Callable[[int], None]
"""Told the bytes known to be at the server; may raise to stop."""


class TusClient:
    """Uploads to one server.

    Parameters
    ----------
    transport
        The :class:`..transport.Transport`.
    uploads
        Address at which uploads are created.
    chunk_bytes
        Size of one PATCH: the most that is sent again after a cut.

    Attributes
    ----------
    bytes_sent
        Bytes of files read for sending, those sent again included.
    """

    def __init__(
        self, transport: Any, uploads: str, chunk_bytes: int, patience: Patience | None = None
    ) -> None:
        self._transport = transport
        self._uploads = uploads
        self._chunk = max(int(chunk_bytes), 1)
        self._patience = patience or Patience()
        self.bytes_sent = 0

    def create(self, size: int, metadata: Mapping[str, str], progress: Progress = SILENT) -> str:
        """Announce an upload and return its address.

        Not repeated by itself: an answer that is lost leaves an empty upload behind, which the
        server lets expire.
        """
        said = ",".join(
            f"{key} {base64.b64encode(value.encode('utf-8')).decode('ascii')}"
            for key, value in metadata.items()
        )
        answer = self._transport.request(
            "POST",
            self._uploads,
            headers=self._headers({"Upload-Length": str(size), "Upload-Metadata": said}),
            idempotent=False,
            expect=(201,),
            progress=progress,
        )
        location = answer.headers.get("Location", "")
        url = urljoin(self._uploads, location)
        if not location or not self.ours(url):
            # What is uploaded goes to the platform of the profile and nowhere else.
            raise _bad(self._uploads, "Location")
        return url

    def ours(self, url: str) -> bool:
        """Whether an address of an upload belongs to this server."""
        return bool(url) and origin(url) == origin(self._uploads)

    def offset(self, url: str, size: int, progress: Progress = SILENT) -> int:
        """Ask how many bytes the server has.

        Raises
        ------
        NotThere
            When the upload has expired, was removed, or is of another size than ours.
        """
        answer = self._transport.request(
            "HEAD", url, headers=self._headers({}), expect=(200, 204), progress=progress
        )
        length = answer.headers.get("Upload-Length")
        if length is not None and length.strip() != str(size):
            raise NotThere(
                Text(
                    f"{place(url)} 是另一个文件的上传",
                    f"{place(url)} is an upload of another file",
                )
            )
        return self._offset_of(answer, url, size)

    def upload(self, url: str, path: Path, size: int, watch: Watch, progress: Progress) -> None:
        """Bring what the server lacks of ``path`` to it; return when it has all.

        Raises
        ------
        NotThere
            When the server no longer knows the upload.
        ServiceError
            When it could not go on, in spite of waiting.
        """
        failures = 0
        at = self._asked(url, size, watch, progress)
        with path.open("rb") as stream:
            while at < size:
                before = at
                try:
                    at = self._send(url, stream, at, size, watch, progress)
                except _PASSING as error:
                    failures += 1
                    if error.status == _NO_SPACE or failures > self._patience.tries:
                        raise
                    self._patience.wait(failures, progress, error)
                    at = self._asked(url, size, watch, progress)
                if at > before:
                    failures = 0
                watch(at)

    def _asked(self, url: str, size: int, watch: Watch, progress: Progress) -> int:
        """:meth:`offset`, tried again a few times."""
        failures = 0
        while True:
            try:
                at = self.offset(url, size, progress)
            except _PASSING as error:
                failures += 1
                if error.status == _NO_SPACE or failures > self._patience.tries:
                    raise
                self._patience.wait(failures, progress, error)
                continue
            watch(at)
            return at

    def _send(
        self,
        url: str,
        stream: io.BufferedReader,
        at: int,
        size: int,
        watch: Watch,
        progress: Progress,
    ) -> int:
        body = Slice(stream, at, min(self._chunk, size - at), self._count, watch, progress)
        try:
            answer = self._transport.request(
                "PATCH",
                url,
                headers=self._headers({"Upload-Offset": str(at), "Content-Type": _BODY}),
                data=body,
                idempotent=False,
                expect=(204, 200),
                progress=progress,
            )
        except Refused as error:
            # Some gateways answer 400 to a body that was cut on its way.
            if error.status in (400, 408):
                raise _bad(url, "PATCH") from error
            raise
        finally:
            body.close()
        now = self._offset_of(answer, url, size)
        if now != at + len(body):
            raise _bad(url, "Upload-Offset")
        return now

    def _count(self, count: int) -> None:
        self.bytes_sent += count

    @staticmethod
    def _headers(more: Mapping[str, str]) -> dict[str, str]:
        return {"Tus-Resumable": VERSION, **more}

    @staticmethod
    def _offset_of(answer: Any, url: str, size: int) -> int:
        text = answer.headers.get("Upload-Offset", "").strip()
        if not (text.isascii() and text.isdigit()) or int(text) > size:
            raise _bad(url, "Upload-Offset")
        return int(text)


class Slice:
    """A part of a file as a request body, read in blocks, that can be rewound.

    A request that was given up may still be sending in its thread: after :meth:`close` it gets
    nothing more.
    """

    def __init__(
        self,
        stream: io.BufferedReader,
        start: int,
        length: int,
        count: Callable[[int], None],
        watch: Watch,
        progress: Progress,
    ) -> None:
        self._stream = stream
        self._start = start
        self._length = length
        self._done = 0
        self._count = count
        self._watch = watch
        self._progress = progress
        self._told = time.monotonic()
        self._closed = False

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read(1 << 16):
            yield block

    def read(self, count: int = -1) -> bytes:
        """Return up to ``count`` bytes; a file that has become shorter is an error."""
        if self._closed:
            raise OSError("the request was given up")
        self._progress.check()
        left = self._length - self._done
        wanted = left if count is None or count < 0 else min(count, left)
        if wanted <= 0:
            return b""
        self._stream.seek(self._start + self._done)
        block = self._stream.read(wanted)
        if len(block) != wanted:
            raise LocalCopyChanged
        self._done += len(block)
        self._count(len(block))
        # A slow line needs a sign of life within a chunk; nothing is known to have arrived yet.
        if (now := time.monotonic()) - self._told > 0.5:
            self._told = now
            self._watch(self._start)
        return block

    def tell(self) -> int:
        """Return how far it was read."""
        return self._done

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, position: int) -> int:
        """Go to ``position``, counted from the start of the slice."""
        self._done = position
        return position

    def close(self) -> None:
        """Give nothing more."""
        self._closed = True


class LocalCopyChanged(Exception):
    """Our own copy is not what it was when it was taken in."""


def _bad(url: str, what: str) -> ServiceError:
    return BadAnswer(
        Text(
            f"{place(url)} 的回答有误（{what}）",
            f"The answer of {place(url)} is not what tus demands ({what})",
        )
    )
