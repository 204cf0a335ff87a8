"""Where the passphrase of a key comes from: never from a parameter itself.

Processing writes parameters to its log and keeps them in its history. A parameter therefore only
says where the passphrase is.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from qgis.core import QgsApplication, QgsAuthMethodConfig, QgsProcessingException

from .language import translate

VARIABLE = "ONEMAP_PASSPHRASE"
_NAME = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_LONGEST = 4096


def passphrase_of(place: str) -> str:
    """The passphrase that lies at ``place``; call it in the main thread.

    ``env:NAME`` is a variable of the environment, ``@file`` a file that its owner alone can read,
    anything else the id of an authentication configuration; empty is ``env:ONEMAP_PASSPHRASE``,
    or no passphrase where that is not set.

    Raises
    ------
    QgsProcessingException
        When there is none; the message never repeats what was given.
    """
    place = place.strip()
    if not place:
        return os.environ.get(VARIABLE, "")
    variable = _NAME.fullmatch(place)
    if variable is not None:
        value = os.environ.get(variable[1])
        if value is None:
            raise QgsProcessingException(
                translate("Platform", "The environment has no variable {name}.").format(
                    name=variable[1]
                )
            )
        return value
    if place.startswith("@"):
        return _of_file(Path(place[1:]).expanduser())
    return _of_configuration(place)


def _of_file(path: Path) -> str:
    try:
        facts = path.stat()
        text = path.read_text(encoding="utf-8")[:_LONGEST]
    except (OSError, ValueError) as error:
        raise QgsProcessingException(
            translate("Platform", "The file with the passphrase cannot be read.")
        ) from error
    if os.name != "nt" and stat.S_IMODE(facts.st_mode) & 0o077:
        raise QgsProcessingException(
            translate(
                "Platform",
                "Others can read the file with the passphrase: take their rights away (chmod 600).",
            )
        )
    return text.rstrip("\r\n")


def _of_configuration(identifier: str) -> str:
    manager = QgsApplication.authManager()
    configuration = QgsAuthMethodConfig()
    known = identifier in manager.configIds()
    if not known or not manager.loadAuthenticationConfig(identifier, configuration, True):
        raise QgsProcessingException(
            translate(
                "Platform",
                "PASSPHRASE names no authentication configuration. Never write a passphrase "
                "there: store it as the password of a configuration of kind Basic and choose "
                "that one, or give env:NAME or @file.",
            )
        )
    return str(configuration.config("password") or configuration.config("keypass") or "")
