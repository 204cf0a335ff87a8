"""Real servers that misbehave, each in its own way."""

import http.server
import threading
import time

import pytest

from onemap_verify.services.errors import BadAnswer, NotReachable, TimedOut, TooBusy
from onemap_verify.services.site import load_profile
from onemap_verify.services.transport import Transport


class Server:
    """A loopback server whose answers are a function of the request."""

    def __init__(self, answer):
        self.seen = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                outer.seen.append((self.command, self.path, dict(self.headers), body))
                answer(self, len(outer.seen))

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

            def log_message(self, *_):
                pass

            def say(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if "Content_Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve():
    started = []

    def start(answer):
        started.append(Server(answer))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def profile(url, **more):
    document = {
        "id": "t",
        "title": {"zh": "测试", "en": "Test"},
        "zone": "inner",
        "network": {"timeout_s": 1},
        "identity": {"kind": "key", "secrets": ["tk"]},
        "catalogue": [{"kind": "csw", "url": url + "/csw"}],
    }
    document.update(more)
    return load_profile(document)


def test_an_answer_comes(serve):
    server = serve(lambda h, n: h.say(200, b'{"a": 1}'))
    assert Transport(profile(server.url)).json(server.url + "/x") == {"a": 1}


def test_busy_then_there(serve):
    server = serve(lambda h, n: h.say(429, b"", Retry_After="0") if n < 3 else h.say(200, b"there"))
    assert Transport().bytes(server.url) == b"there"
    assert len(server.seen) == 3


def test_busy_for_an_hour_is_not_waited_for(serve):
    server = serve(lambda h, n: h.say(503, b"", Retry_After="3600"))
    began = time.monotonic()
    with pytest.raises(TooBusy) as told:
        Transport().get(server.url)
    assert told.value.retry_after == 3600
    assert time.monotonic() - began < 1
    assert len(server.seen) == 1


def test_a_post_is_not_sent_twice(serve):
    server = serve(lambda h, n: h.say(503))
    with pytest.raises(TooBusy):
        Transport().post(server.url, b"x")
    assert len(server.seen) == 1


def test_a_cut_answer_is_seen(serve):
    def cut(handler, _):
        handler.say(200, b"half", Content_Length="1000")
        handler.close_connection = True

    server = serve(cut)
    with pytest.raises(BadAnswer):
        Transport(attempts=1).get(server.url)


def test_a_silent_server_times_out(serve):
    server = serve(lambda h, n: time.sleep(1.6))
    with pytest.raises(TimedOut):
        Transport(profile(server.url), attempts=1).get(server.url)


def test_nobody_there():
    with pytest.raises(NotReachable) as told:
        Transport(attempts=1).get("http://127.0.0.1:9/a?tk=abcdefgh")
    assert "abcdefgh" not in str(told.value)
