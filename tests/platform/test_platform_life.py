"""Start, stop and what happens in between: nothing is left behind, whatever was killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from platform_fixture import remove

from onemap_verify.demo.platform import clone, start, status, stop
from onemap_verify.demo.platform.http_client import call
from onemap_verify.demo.platform.layout import Place, free_ports
from onemap_verify.demo.platform.processes import MARK, alive, processes_of
from onemap_verify.demo.platform.visitor import headers

CAPABILITIES = "?SERVICE=WMS&REQUEST=GetCapabilities"


@pytest.fixture
def own(seeded_platform):
    """Folder of a platform of the test's own; stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="onemap-platform-"))
    clone(seeded_platform, folder)
    yield folder
    stop(folder)
    assert processes_of(folder) == []
    remove(folder)


def until(true, seconds=20.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def listening(ports):
    found = set()
    for port in ports:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                found.add(port)
    return found


def all_ready(folder):
    told = status(folder)
    return told["running"] and all(one["ready"] for one in told["servers"].values())


def answers(told):
    sent = headers(told, "surveyor")
    authority = Path(told["authorities"][0]) if told["authorities"] else None
    answer = call("GET", told["wms"] + CAPABILITIES, headers=sent, authority=authority, timeout=30)
    return answer.status == 200 and b"dltb_2023" in answer.body


def test_started_twice_is_running_once(platform):
    folder = Path(platform["folder"])
    before = status(folder)
    again = start(folder)
    assert again["gateway"] == platform["gateway"]
    after = status(folder)
    assert after["supervisor"] == before["supervisor"]
    assert after["processes"] == before["processes"]


def test_it_starts_in_fifteen_seconds(platform):
    assert platform["seconds"]["start"] < 15


def test_everything_listens_on_loopback_only(platform):
    """And on no port but three: what trusts the gateway's word is reached through it alone."""
    ports = set()
    inodes = set()
    for process in processes_of(Path(platform["folder"])):
        for entry in Path(f"/proc/{process}/fd").iterdir():
            target = os.readlink(entry)
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    for table, loopback in (("tcp", "0100007F"), ("tcp6", "0" * 24 + "01000000")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and words[9] in inodes:
                address, port = words[1].split(":")
                assert address == loopback, line
                ports.add(int(port, 16))
    told = json.loads((Path(platform["folder"]) / "settings.json").read_text())["ports"]
    assert ports == {told[name] for name in ("gateway", "postgres", "identity")}
    for name in ("guard", "inner", "uploads", "intake", "catalogue"):
        path = Path(platform["folder"], "run").resolve() / f"{name}.sock"
        assert path.is_socket()
        assert path.parent.stat().st_mode & 0o077 == 0


def test_stop_leaves_nothing(own):
    told = start(own, ends_with=os.getpid())
    assert answers(told)
    ports = list(json.loads((own / "settings.json").read_text())["ports"].values())
    assert listening(ports) == set(ports)
    found = processes_of(own)
    assert len(found) > 10
    stop(own)
    assert processes_of(own) == []
    assert not any(alive(process) for process in found)
    assert listening(ports) == set()
    assert not (own / "platform.json").exists()
    assert not (own / "run").exists()
    assert stop(own)["stopped"] == 0
    assert status(own)["running"] is False


def test_after_a_kill_of_any_server_it_comes_back_and_of_the_supervisor_nothing_stays(own):
    told = start(own, ends_with=os.getpid())
    for name in (
        *("onemap", "catalogue", "uploads", "intake", "guard", "gateway", "identity"),
        "postgres",
    ):
        for process in status(own)["servers"][name]["processes"]:
            os.kill(process, signal.SIGKILL)
        until(lambda name=name: status(own)["servers"][name]["restarts"] > 0)
        until(lambda: all_ready(own))
    until(lambda: answers(told))
    # Killed by hand, the supervisor cannot end its servers: they end by themselves.
    servers = processes_of(own)
    os.kill(status(own)["supervisor"], signal.SIGKILL)
    until(lambda: processes_of(own) == [])
    assert status(own)["running"] is False
    assert not any(alive(process) for process in servers)
    # And what was kept is still there.
    again = start(own, ends_with=os.getpid())
    assert again["gateway"] == told["gateway"]
    assert answers(again)


def test_leftovers_of_a_crash_are_ended_by_the_next_stop(own):
    """Something of ours that will not end when it is told to."""
    place = Place(own)
    child = subprocess.Popen(
        [sys.executable, "-c", "import signal, time; signal.signal(15, 1); time.sleep(600)"],
        env={MARK: str(own)},
        start_new_session=True,
    )
    until(lambda: child.pid in processes_of(own))
    assert status(own)["leftovers"] == [child.pid]
    assert stop(place.folder)["stopped"] == 1
    assert child.wait(5) in (-signal.SIGKILL, -signal.SIGTERM)


def test_it_ends_with_the_process_it_was_started_for(own):
    code = (
        "import os, sys; from pathlib import Path; from onemap_verify.demo.platform import start; "
        "start(Path(sys.argv[1]), ends_with=os.getpid()); os._exit(0)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(own)], env=environment, check=True, timeout=60)
    until(lambda: processes_of(own) == [])


def test_https_with_a_private_authority(own):
    told = start(own, tls=True, ends_with=os.getpid())
    assert told["gateway"].startswith("https://127.0.0.1:")
    assert told["identity"]["issuer"].startswith("https://")
    assert answers(told)
    with pytest.raises(OSError, match=r"(?i)certificate"):
        call("GET", told["gateway"] + "/health")
    profile = json.loads(Path(told["profile"]).read_text(encoding="utf-8"))
    assert profile["network"]["certificate_authorities"] == told["authorities"]
    assert profile["network"]["allow_http"] is False
    # The catalogue's records moved along with the gateway's address.
    asked = "?service=CSW&version=2.0.2&request=GetRecordById&id=urn:onemap:demo:dem"
    asked += "&elementSetName=full&outputSchema=http://www.isotc211.org/2005/gmd"
    answer = call(
        "GET",
        told["catalogue"] + asked,
        headers=headers(told, "surveyor"),
        authority=Path(told["authorities"][0]),
    )
    assert f"{told['gateway']}/wcs" in answer.text
    assert "http://127.0.0.1" not in answer.text


def test_a_taken_port_is_left_to_who_has_it():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        ports = free_ports(("gateway", "postgres"), {"gateway": taken})
        assert ports["gateway"] != taken
        assert len(set(ports.values())) == 2


def test_a_long_path_is_no_hindrance_to_sockets(tmp_path):
    folder = tmp_path / ("long" * 20)
    folder.mkdir()
    place = Place(folder)
    place.make()
    try:
        assert len(str(place.socket("guard"))) < 100
        assert place.run.stat().st_mode & 0o077 == 0
    finally:
        shutil.rmtree(place.run)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can be had by root only")
def test_another_user_can_run_it_too(seeded_platform):
    """Where we are root: a person's own platform, filled and started by that person."""
    if not all(place.stat().st_mode & 0o001 for place in seeded_platform.parents):
        pytest.skip("the checkout lies where another user may not look")
    pytest.importorskip("pwd").getpwnam("nobody")
    folder = Path(tempfile.mkdtemp(prefix="onemap-platform-"))
    code = (
        "import os, sys; from pathlib import Path; from onemap_verify.demo.platform import *; "
        "f = Path(sys.argv[1]); told = start(f, Seed(150), ends_with=os.getpid()); "
        "from onemap_verify.demo.platform.visitor import headers; "
        "assert headers(told, 'surveyor'); stop(f); print('well')"
    )
    try:
        shutil.chown(folder, "nobody", "nogroup")
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(folder)},
            user="nobody",
            group="nogroup",
            extra_groups=[],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=110,
        )
        if "Permission denied" in done.stderr or "No module named" in done.stderr:
            pytest.skip("another user may not read this checkout")
        assert done.stdout.strip() == "well", done.stderr
    finally:
        stop(folder)
        remove(folder)
