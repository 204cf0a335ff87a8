"""The embedded platform: real servers of a land authority's one map, on this machine alone.

PostgreSQL with PostGIS, QGIS Server, MapServer, pycsw, glewlwyd (OpenID Connect), a tus server and
the intake of deliveries stand behind one gateway that enforces roles. Everything lies in one folder
and listens on loopback or on sockets in that folder.

``start``, ``stop`` and ``status`` are all that others need; ``./run platform`` calls them.
"""

from __future__ import annotations

from .control import PlatformError, Seed, clone, missing, start, status, stop

__all__ = ["PlatformError", "Seed", "clone", "missing", "start", "status", "stop"]
