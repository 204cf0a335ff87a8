"""Puts records into pycsw's database in one transaction. Runs in pycsw's own environment.

Reads one JSON string per line: a record in ISO 19139. A record that is there already is replaced.
"""

from __future__ import annotations

import configparser
import json
import os
import sys


def main() -> None:
    """Entry point."""
    from lxml import etree
    from pycsw.core import config, metadata, repository

    settings = configparser.ConfigParser(interpolation=None)
    settings.read(os.environ["PYCSW_CONFIG"], encoding="utf-8")
    context = config.StaticContext()
    store = repository.Repository(
        settings.get("repository", "database"), context, table=settings.get("repository", "table")
    )
    session = store.session
    session.begin()
    for line in sys.stdin:
        document = etree.fromstring(json.loads(line).encode())
        for record in metadata.parse_record(context, document, store):
            if isinstance(record.xml, bytes):
                record.xml = record.xml.decode()
            session.merge(record)
    session.commit()


if __name__ == "__main__":
    main()
