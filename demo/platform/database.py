"""The private PostgreSQL cluster: made once, started and stopped with the platform."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from .layout import LOOPBACK, Place, Settings, write_private

NAME = "onemap"
OWNER, READER, SERVICES, INTAKE = "postgres", "onemap_reader", "onemap_services", "onemap_intake"
_CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 80
shared_buffers = 128MB
# Losing a power cut's worth of a demo is fine while it is seeded; a delivery must last.
fsync = on
synchronous_commit = on
full_page_writes = on
logging_collector = off
log_line_prefix = '%m %u '
log_min_messages = warning
password_encryption = 'scram-sha-256'
update_process_title = on
"""


class DatabaseError(Exception):
    """The cluster could not be made; the message says what PostgreSQL said."""


def programs() -> Path:
    """Folder of PostgreSQL's own programs, newest version first.

    Raises
    ------
    DatabaseError
        When no PostgreSQL server is installed.
    """
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
        reverse=True,
    )
    if versions:
        return versions[0].parent
    found = shutil.which("initdb")
    if not found:
        raise DatabaseError("PostgreSQL is not installed (packages postgresql, postgis)")
    return Path(found).resolve().parent


def account() -> pwd.struct_passwd | None:
    """The user that PostgreSQL runs as: another one where we are root, else ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseError("PostgreSQL does not run as root, and there is no user postgres")


def become(user: pwd.struct_passwd | None) -> dict[str, object]:
    """Arguments of ``subprocess`` for a process of that user."""
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def data_directory(place: Place) -> Path:
    """The data directory, made reachable for PostgreSQL's user.

    A checkout below ``/root`` cannot be entered by another user: the data then lies in
    ``/var/tmp``, and the platform's folder holds a link.
    """
    link = place.folder / "postgres"
    if link.is_symlink() or link.is_dir():
        return link.resolve()
    user = account()
    if user is None or _can_enter(link.parent, user):
        link.mkdir(mode=0o700)
    else:
        name = hashlib.sha256(os.fsencode(place.folder)).hexdigest()[:16]
        elsewhere = Path("/var/tmp") / f"onemap-platform-{name}"  # noqa: S108  (see above)
        shutil.rmtree(elsewhere, ignore_errors=True)
        elsewhere.mkdir(mode=0o700)
        link.symlink_to(elsewhere)
    if user is not None:
        os.chown(link.resolve(), user.pw_uid, user.pw_gid)
    return link.resolve()


def _can_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    try:
        done = subprocess.run(
            ["test", "-x", str(folder)],
            check=False,
            cwd="/",
            **become(user),  # type: ignore[call-overload]
        )
    except OSError:
        return False
    return done.returncode == 0


def make_cluster(place: Place, settings: Settings) -> None:
    """Make an empty cluster; only passwords open it, even to those on this machine.

    Raises
    ------
    DatabaseError
        With what ``initdb`` said.
    """
    where = data_directory(place)
    user = account()
    password = where / ".password"
    write_private(password, settings.secrets["postgres"] + "\n")
    if user is not None:
        os.chown(password, user.pw_uid, user.pw_gid)
    data = where / "data"
    command = [str(programs() / "initdb"), "-D", str(data), "-U", OWNER, f"--pwfile={password}"]
    command += ["-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256", "--no-sync"]
    done = subprocess.run(  # type: ignore[call-overload]
        command, cwd=where, capture_output=True, text=True, check=False, **become(user)
    )
    password.unlink()
    if done.returncode != 0:
        raise DatabaseError((done.stderr.strip().splitlines() or ["initdb failed"])[-1])
    with (data / "postgresql.conf").open("a", encoding="utf-8") as stream:
        stream.write(_CONFIGURATION)


def command(place: Place, port: int) -> list[str]:
    """The server in the foreground."""
    data = data_directory(place) / "data"
    return [str(programs() / "postgres"), "-D", str(data), "-p", str(port)]


def is_ready(port: int) -> bool:
    """Whether the server takes connections."""
    done = subprocess.run(
        [str(programs() / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(port), "-t", "2"],
        check=False,
    )
    return done.returncode == 0


def write_password_files(place: Place, settings: Settings, port: int) -> None:
    """Password files for the reader and for the services, and the services' connection file."""
    for user, name in ((READER, "reader"), (SERVICES, "services")):
        write_private(
            place.data / f"{name}.pgpass",
            f"{LOOPBACK}:{port}:{NAME}:{user}:{settings.secrets[name]}\n",
        )
    service = f"[onemap]\nhost={LOOPBACK}\nport={port}\ndbname={NAME}\nuser={SERVICES}\n"
    write_private(place.data / "pg_service.conf", service)


def connection(settings: Settings, user: str = OWNER, database: str = NAME) -> str:
    """A connection string of libpq, password included: for our own processes only."""
    secret = {OWNER: "postgres", READER: "reader", SERVICES: "services", INTAKE: "intake"}[user]
    return (
        f"host={LOOPBACK} port={settings.ports['postgres']} dbname={database} user={user} "
        f"password={settings.secrets[secret]} connect_timeout=5"
    )


def create(settings: Settings, run: Callable[[str, str], None] | None = None) -> None:
    """Create database, extension, schemas and the users of the platform."""
    execute = run or _execute
    execute(connection(settings, database="postgres"), f"CREATE DATABASE {NAME}")
    execute(
        connection(settings),
        f"""
        CREATE EXTENSION postgis;
        REVOKE ALL ON DATABASE {NAME} FROM PUBLIC;
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        CREATE ROLE {READER} LOGIN PASSWORD '{settings.secrets["reader"]}';
        CREATE ROLE {SERVICES} LOGIN PASSWORD '{settings.secrets["services"]}';
        CREATE ROLE {INTAKE} LOGIN PASSWORD '{settings.secrets["intake"]}';
        GRANT CONNECT ON DATABASE {NAME} TO {READER}, {SERVICES}, {INTAKE};
        CREATE SCHEMA onemap;
        CREATE SCHEMA intake;
        GRANT USAGE ON SCHEMA onemap, intake, public TO {READER}, {SERVICES}, {INTAKE};
        """,
    )


def grant(settings: Settings) -> None:
    """Give each user what it needs and no more, once the tables are there."""
    _execute(
        connection(settings),
        f"""
        GRANT SELECT ON ALL TABLES IN SCHEMA onemap TO {READER}, {SERVICES}, {INTAKE};
        GRANT SELECT ON ALL TABLES IN SCHEMA intake TO {READER}, {SERVICES}, {INTAKE};
        GRANT INSERT, UPDATE, DELETE ON intake.staging_parcels TO {SERVICES}, {INTAKE};
        GRANT INSERT ON intake.commits TO {SERVICES}, {INTAKE};
        GRANT INSERT, UPDATE ON intake.uploads, intake.receipts TO {INTAKE};
        GRANT INSERT ON intake.audit TO {INTAKE};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA intake TO {SERVICES}, {INTAKE};
        """,
    )


def run_file(settings: Settings, path: Path) -> None:
    """Run a file of SQL as the owner."""
    _execute(connection(settings), path.read_text(encoding="utf-8"))


def _execute(where: str, statements: str) -> None:
    import psycopg2

    opened = psycopg2.connect(where)
    try:
        opened.autocommit = True
        with opened.cursor() as cursor:
            cursor.execute(statements)
    finally:
        opened.close()
