"""pycsw, the catalogue service: its own environment, configuration and database."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path

from .layout import Place, write_private

_CHECKOUT = Path(__file__).resolve().parents[2]
_CONFIGURATION = """
[server]
home={home}
url={url}
mimetype=application/xml; charset=UTF-8
encoding=UTF-8
language=zh-CN
maxrecords=500
loglevel=ERROR
logfile={log}
pretty_print=false
profiles=apiso
[manager]
transactions=true
allowed_ips=*
[metadata:main]
identification_title=国土空间一张图目录 One-map catalogue
identification_abstract=演示县的一张图 The one map of the demo county
identification_keywords=一张图,onemap
identification_keywords_type=theme
identification_fees=None
identification_accessconstraints=otherRestrictions
provider_name=演示平台 Demo platform
provider_url={gateway}
contact_name=演示 Demo
contact_position=演示 Demo
contact_address=演示 Demo
contact_city=演示 Demo
contact_stateorprovince=演示 Demo
contact_postalcode=000000
contact_country=CN
contact_phone=0
contact_fax=0
contact_email=nobody@example.invalid
contact_url={gateway}
contact_hours=0
contact_instructions=0
contact_role=pointOfContact
[metadata:inspire]
enabled=false
[repository]
database=sqlite:///{database}
table=records
"""


def tools() -> Path:
    """Folder of what the platform needs and Debian has not: pycsw's environment, the tus server."""
    build = os.environ.get("ONEMAP_BUILD")
    return (Path(build) if build else _CHECKOUT / ".build") / "platform-tools"


def python() -> Path:
    """The interpreter of pycsw's environment."""
    return tools() / "pycsw" / "bin" / "python"


def package() -> Path:
    """Folder of the installed package pycsw.

    Raises
    ------
    FileNotFoundError
        When it is not installed.
    """
    found = sorted((tools() / "pycsw" / "lib").glob("python3*/site-packages/pycsw"))
    if not found:
        raise FileNotFoundError("pycsw is not installed: run './run platform start'")
    return found[0]


def command(place: Place) -> list[str]:
    """The server in the foreground, on a Unix socket."""
    return [
        str(python()),
        "-m",
        "gunicorn",
        "--workers=1",
        "--threads=4",
        f"--bind=unix:{place.socket('catalogue')}",
        "--umask=127",
        "--no-control-socket",
        "--log-level=warning",
        "--timeout=120",
        f"--worker-tmp-dir={place.run}",
        "pycsw.wsgi:application",
    ]


def environment(place: Place) -> dict[str, str]:
    """What pycsw has to find in its environment."""
    return {
        "PYCSW_CONFIG": str(place.catalogue / "pycsw.cfg"),
        "PYTHONPATH": "",
        "HOME": str(place.catalogue),
    }


def configure(place: Place, gateway: str) -> None:
    """Write the configuration for this gateway."""
    told = _CONFIGURATION.format(
        home=package(),
        url=f"{gateway}/csw",
        gateway=gateway,
        database=place.catalogue / "records.db",
        log=place.logs / "pycsw.log",
    )
    write_private(place.catalogue / "pycsw.cfg", told)


def make_database(place: Place) -> None:
    """An empty catalogue.

    Raises
    ------
    OSError
        With what pycsw said.
    """
    (place.catalogue / "records.db").unlink(missing_ok=True)
    command = [str(python().with_name("pycsw-admin.py")), "-c", "setup_db"]
    command += ["-f", str(place.catalogue / "pycsw.cfg")]
    done = subprocess.run(
        [str(python()), *command],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        raise OSError(f"pycsw: {(done.stderr or done.stdout).strip()[-400:]}")


def move(place: Place, before: str, after: str) -> None:
    """Let the records name another gateway: the ports may have changed since they were written."""
    if before in ("", after):
        return
    with sqlite3.connect(place.catalogue / "records.db") as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(records)")]
        for column in columns:
            database.execute(
                f'UPDATE records SET "{column}" = replace("{column}", ?, ?) '  # noqa: S608
                f'WHERE instr("{column}", ?) > 0',
                (before, after, before),
            )
    database.close()
