"""Packages that only tests need: what cannot be had is told, and stops nothing."""

import subprocess
from pathlib import Path

INSTALL = Path(__file__).resolve().parents[2] / "scripts" / "install.sh"
# The system's own packages are left alone: apt-get and dpkg-query are these here.
SYSTEM = """
set -euo pipefail
root=$1
source "$2"
mkdir -p "$logs"
without_services() { "$@"; }
dpkg-query() {
  local name
  for name in "${@: -3}"; do
    [ ! -e "$root/has/$name" ] || echo "$name installed 1"
  done
}
apt_install() {
  local name
  echo "$*" >>"$root/asked"
  for name in "$@"; do [ -e "$root/can/$name" ] || return 100; done
  for name in "$@"; do touch "$root/has/$name"; done
}
install_test_servers_if_possible
echo went on
"""


def run(root):
    done = subprocess.run(
        ["bash", "-c", SYSTEM, "bash", str(root), str(INSTALL)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "went on\n"
    asked = root / "asked"
    lines = asked.read_text().splitlines() if asked.exists() else []
    asked.unlink(missing_ok=True)
    return lines, done.stderr


def test_what_cannot_be_had_is_told_once_and_the_rest_installed(tmp_path):
    for name in ("has", "can"):
        (tmp_path / name).mkdir()
    for name in ("lighttpd", "spawn-fcgi"):
        (tmp_path / "can" / name).touch()
    asked, said = run(tmp_path)
    assert asked == ["lighttpd spawn-fcgi mapproxy", "lighttpd", "spawn-fcgi", "mapproxy"]
    assert "left out (apt-get install mapproxy)" in said
    assert {path.name for path in (tmp_path / "has").iterdir()} == {"lighttpd", "spawn-fcgi"}
    assert run(tmp_path) == ([], "")
    # Something else is missing: that is worth another try.
    (tmp_path / "has" / "lighttpd").unlink()
    assert run(tmp_path)[0][0] == "lighttpd mapproxy"


def test_what_is_there_is_not_installed_again(tmp_path):
    (tmp_path / "has").mkdir()
    for name in ("lighttpd", "spawn-fcgi", "mapproxy"):
        (tmp_path / "has" / name).touch()
    assert run(tmp_path) == ([], "")
