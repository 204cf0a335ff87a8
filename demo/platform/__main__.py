"""``./run platform start|stop|status``: the embedded platform from the command line."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from ..say import say
from .control import PlatformError, start, status, stop
from .seed import Seed

_CHECKOUT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Entry point; the status is 0 when what was asked for is so at the end."""
    options = _options()
    try:
        if options.what == "start":
            seed = Seed(options.parcels, options.seed, options.records)
            tls = None if options.tls is None else options.tls == "on"
            told = start(options.folder, seed, tls=tls)
            _show(told, options.json, _started)
        elif options.what == "stop":
            _show(stop(options.folder), options.json, _stopped)
        else:
            told = status(options.folder)
            _show(told, options.json, _stands)
            return 0 if told["running"] else 3
    except PlatformError as error:
        sys.stdout.flush()
        sys.stderr.write(f"Error: {error}\n")
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run platform", description=__doc__)
    parser.add_argument("what", choices=("start", "stop", "status"))
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(os.environ.get("ONEMAP_BUILD", _CHECKOUT / ".build")) / "platform",
        help="where everything of the platform lies (default: .build/platform)",
    )
    parser.add_argument("--parcels", type=int, default=5000, help="about how many, when seeded")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another county")
    parser.add_argument(
        "--records", type=int, default=0, help="further records in the catalogue, when seeded"
    )
    parser.add_argument("--tls", choices=("on", "off"), help="the gateway by https, or not")
    return parser.parse_args()


def _show(told: dict[str, Any], as_json: bool, words: Any) -> None:
    if as_json:
        say(json.dumps(told, ensure_ascii=False))
    else:
        words(told)


def _started(told: dict[str, Any]) -> None:
    say(f"  平台已启动 Platform running: {told['gateway']}  ({told['seconds']['start']} s)")
    for user in told["users"]:
        say(f"    {user['name']:8} {user['password']:26} {', '.join(user['roles'])}")
    say(f"  站点配置 Site profile: {told['profile']}")
    say("  停止 To stop: ./run platform stop")


def _stopped(told: dict[str, Any]) -> None:
    say(f"  平台已停止 Platform stopped ({told['stopped']} processes)")


def _stands(told: dict[str, Any]) -> None:
    say("  运行中 running" if told["running"] else "  未运行 not running")
    for name, one in told["servers"].items():
        say(f"    {name:10} {'ready' if one['ready'] else 'not ready':10} {one['processes']}")
    if told["leftovers"]:
        say(f"  残留进程 left behind: {told['leftovers']} (./run platform stop)")


if __name__ == "__main__":
    sys.exit(main())
