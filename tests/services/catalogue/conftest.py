"""A real catalogue server, and servers of plain files."""

import functools
import http.server
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "fixtures"))
from one_map_fixtures import (  # noqa: F401  # fixtures
    map_folder,
    map_server,
    map_servers,
    transport,
)

COUNT = 120


@pytest.fixture(scope="session")
def csw():
    """Address of pycsw with 120 records of a province."""
    import iso_records
    import one_map_servers

    if one_map_servers.pycsw_python() is None:
        pytest.skip("pycsw is not installed (./run platform start installs it)")
    folder = Path(tempfile.mkdtemp(prefix="onemap-pycsw-"))
    servers, url = one_map_servers.start_pycsw(folder, iso_records.records(COUNT))
    try:
        yield url
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def files(tmp_path):
    """A server of files: a folder to put them into, and its address."""
    folder = tmp_path / "files"
    folder.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def profile_with():
    """Make a profile with these catalogues."""
    from onemap_verify.services.site import load_profile

    def make(*catalogues, **more):
        return load_profile(
            {
                "version": 1,
                "id": "test",
                "title": {"zh": "测试平台", "en": "test"},
                "zone": "inner",
                "network": {"allow_http": True},
                "identity": {"kind": "none"},
                "catalogue": list(catalogues),
                "groups": [],
                "layers": [],
                **more,
            }
        )

    return make
