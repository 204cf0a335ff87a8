"""Real servers that misbehave, each in its own way."""

import socket
import threading
import time

import pytest
from keyed_sites import profile
from own_authority import make_certificate
from small_server import Server

from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.services.errors import (
    BadAnswer,
    CertificateProblem,
    Conflict,
    NotAllowed,
    NotReachable,
    NotSignedIn,
    NotThere,
    Refused,
    ServerProblem,
    TimedOut,
    TooBusy,
)
from onemap_verify.services.transport import Transport


@pytest.fixture
def serve():
    """Start servers; all are stopped afterwards."""
    started = []

    def start(answer, certificate=None):
        started.append(Server(answer, certificate))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def test_an_answer_comes(serve):
    server = serve(lambda h, n: h.say(200, b'{"a": 1}'))
    assert Transport(profile(server.url)).json(server.url + "/x") == {"a": 1}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_failing_twice_then_there(serve, status):
    server = serve(lambda h, n: h.say(status, Retry_After="0") if n < 3 else h.say(200, b"there"))
    assert Transport().bytes(server.url) == b"there"
    assert len(server.seen) == 3


def test_waits_grow_and_honour_retry_after(serve):
    times = []

    def answer(handler, number):
        times.append(time.monotonic())
        if number == 1:
            handler.say(503, b"")
        elif number == 2:
            handler.say(429, b"", Retry_After="1")
        else:
            handler.say(200, b"x")

    Transport().get(serve(answer).url)
    assert 0.25 < times[1] - times[0] < 0.9
    assert 1.0 <= times[2] - times[1] < 1.6


def test_busy_for_an_hour_is_not_waited_for(serve):
    server = serve(lambda h, n: h.say(503, b"", Retry_After="3600"))
    began = time.monotonic()
    with pytest.raises(TooBusy) as told:
        Transport().get(server.url)
    assert told.value.retry_after == 3600
    assert time.monotonic() - began < 1
    assert len(server.seen) == 1


def test_always_failing_ends(serve):
    server = serve(lambda h, n: h.say(500, Retry_After="0"))
    with pytest.raises(ServerProblem):
        Transport(attempts=3).get(server.url)
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotSignedIn), (403, NotAllowed), (404, NotThere), (410, NotThere), (409, Conflict),
     (412, Conflict), (400, Refused), (418, Refused)],
)  # fmt: skip
def test_a_no_is_a_no(serve, status, kind):
    server = serve(lambda h, n: h.say(status, b'{"msg": "why not", "code": 12}'))
    with pytest.raises(kind) as told:
        Transport().get(server.url + "/layer?tk=abcdefgh")
    assert len(server.seen) == 1
    assert "why not (12)" in told.value.text.en
    assert "abcdefgh" not in f"{told.value.text} {told.value.advice}"
    assert told.value.advice.zh and told.value.advice.en


def test_what_the_server_says_in_both_languages(serve):
    body = '{"error": "x", "message": {"zh": "没有权限", "en": "Not yours"}}'.encode()
    server = serve(lambda h, n: h.say(403, body))
    with pytest.raises(NotAllowed) as told:
        Transport().get(server.url)
    assert told.value.text.zh.endswith("没有权限") and told.value.text.en.endswith("Not yours")


def test_the_platforms_own_advice(serve):
    server = serve(lambda h, n: h.say(403, b'{"msg": "bad type", "code": 12}'))
    errors = {"403/12": {"zh": "换一种密钥", "en": "Take another type of key"}}
    identity = {"kind": "key", "secrets": ["tk"], "errors": errors}
    with pytest.raises(NotAllowed) as told:
        Transport(profile(server.url, identity=identity)).get(server.url)
    assert told.value.advice.zh == "换一种密钥"


def test_a_post_is_not_sent_twice(serve):
    server = serve(lambda h, n: h.say(503))
    with pytest.raises(TooBusy):
        Transport().post(server.url, b"x")
    assert len(server.seen) == 1


def test_a_body_is_sent_whole_again(serve, tmp_path):
    server = serve(lambda h, n: h.say(503, Retry_After="0") if n < 2 else h.say(200, b""))
    path = tmp_path / "body"
    path.write_bytes(b"0123456789" * 1000)
    with path.open("rb") as stream:
        stream.seek(10)
        Transport().put(server.url, stream)
    assert [one[3] for one in server.seen] == [path.read_bytes()[10:]] * 2


def test_a_cut_answer_is_seen_and_asked_for_again(serve):
    def cut(handler, number):
        if number == 1:
            handler.say(200, b"half", Content_Length="8")
            handler.close_connection = True
        else:
            handler.say(200, b"all of it")

    assert Transport().bytes(serve(cut).url) == b"all of it"
    with pytest.raises(BadAnswer):
        Transport(attempts=1).get(serve(cut).url)


def test_cut_in_chunks(serve):
    def cut(handler, _):
        handler.say(200, b"5\r\nhello\r\n", Transfer_Encoding="chunked")
        handler.close_connection = True

    with pytest.raises(BadAnswer):
        Transport(attempts=1).get(serve(cut).url)


def test_a_download_leaves_no_half_file(serve, tmp_path):
    def cut(handler, number):
        if number == 1:
            handler.say(200, b"x" * 1000, Content_Length="2000")
            handler.close_connection = True
        else:
            handler.say(200, b"y" * 2000)

    target = tmp_path / "dem.tif"
    assert Transport().download(serve(cut).url, target) == 2000
    assert target.read_bytes() == b"y" * 2000
    target.unlink()
    with pytest.raises(BadAnswer):
        Transport(attempts=1).download(serve(cut).url, target)
    assert list(tmp_path.iterdir()) == []


def test_too_large(serve):
    server = serve(lambda h, n: h.say(200, b"x" * 100_000))
    with pytest.raises(BadAnswer):
        Transport().bytes(server.url, limit=50_000)


def test_not_json(serve):
    with pytest.raises(BadAnswer):
        Transport().json(serve(lambda h, n: h.say(200, b"<html>")).url)


def test_a_silent_server_times_out(serve):
    server = serve(lambda h, n: time.sleep(1.6))
    with pytest.raises(TimedOut):
        Transport(profile(server.url), attempts=1).get(server.url)


def test_cancelling_does_not_wait_for_a_silent_server(serve):
    release = threading.Event()
    server = serve(lambda h, n: release.wait(20))
    began = time.monotonic()
    progress = Progress(cancelled=lambda: time.monotonic() - began > 0.3)
    with pytest.raises(Cancelled):
        Transport(attempts=1).get(server.url, timeout=30, progress=progress)
    release.set()
    assert time.monotonic() - began < 1.5


def test_cancelling_while_waiting_to_try_again(serve):
    server = serve(lambda h, n: h.say(503, Retry_After="50"))
    began = time.monotonic()
    progress = Progress(cancelled=lambda: time.monotonic() - began > 0.3)
    with pytest.raises(Cancelled):
        Transport().get(server.url, progress=progress)
    assert time.monotonic() - began < 1.5


def test_nobody_there():
    with pytest.raises(NotReachable) as told:
        Transport(attempts=1).get("http://127.0.0.1:9/a?tk=abcdefgh")
    assert "abcdefgh" not in str(told.value)
    assert told.value.__context__ is None and told.value.__cause__ is None


def test_cut_at_once_then_there(serve):
    def answer(handler, number):
        if number == 1:
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        else:
            handler.say(200, b"there")

    assert Transport().bytes(serve(answer).url) == b"there"


def test_redirects_without_end(serve):
    server = serve(lambda h, n: h.say(302, b"", Location="/again"))
    with pytest.raises(BadAnswer):
        Transport().get(server.url)
    assert len(server.seen) < 20


def test_an_old_authority_of_an_inner_network(serve, tmp_path):
    """One without keyUsage, which Python 3.13 refuses unless told whom to trust by name."""
    old = make_certificate(tmp_path, "old", usage=False)
    server = serve(lambda h, n: h.say(200, b"secure"), old)
    network = {"certificate_authorities": [str(tmp_path / "old-ca.pem")]}
    assert Transport(profile(server.url, network=network)).bytes(server.url) == b"secure"
    with pytest.raises(CertificateProblem):
        Transport(profile(server.url)).get(server.url)


def test_a_private_authority(serve, tmp_path):
    server = serve(lambda h, n: h.say(200, b"secure"), make_certificate(tmp_path, "home"))
    make_certificate(tmp_path, "other")
    with pytest.raises(CertificateProblem):
        Transport(profile(server.url)).get(server.url)
    for authority in ("other", "home"):
        network = {"certificate_authorities": [str(tmp_path / f"{authority}-ca.pem")]}
        transport = Transport(profile(server.url, network=network))
        if authority == "home":
            assert transport.bytes(server.url) == b"secure"
        else:
            with pytest.raises(CertificateProblem) as told:
                transport.get(server.url)
            assert "不可信" in told.value.text.zh


def test_a_certificate_for_another_name(serve, tmp_path):
    server = serve(lambda h, n: h.say(200, b"secure"), make_certificate(tmp_path, "home"))
    network = {"certificate_authorities": [str(tmp_path / "home-ca.pem")]}
    url = f"https://localhost:{server.port}"
    with pytest.raises(CertificateProblem):
        Transport(profile(url, network=network)).get(url)
