"""Real map servers for the tests of the one map."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "fixtures"))
from one_map_fixtures import (  # noqa: F401  # fixtures
    make_profile,
    map_folder,
    map_server,
    map_servers,
    proxy,
    server_log,
    transport,
)
