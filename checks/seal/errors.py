"""What can go wrong with keys, certificates and packages, told to a person."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from ..errors import ExplainedError
from ..findings import Text

_CURVE = "1.2.156.10197.1.301"
"""SM2's curve, which asn1crypto has to be told of."""


class SealError(ExplainedError):
    """A key, certificate, time stamp or package that cannot be used; never holds a secret."""


def asn1(module: str) -> Any:
    """A module of asn1crypto, which is loaded only when a certificate or key is looked at.

    Raises
    ------
    SealError
        Where it is not installed.
    """
    # Pure-Python libraries lie inside the plugin where QGIS brings none.
    bundled = str(Path(__file__).resolve().parents[2] / "bundled")
    if bundled not in sys.path and Path(bundled).is_dir():
        sys.path.append(bundled)
    try:
        keys = importlib.import_module("asn1crypto.keys")
        if _CURVE not in keys.NamedCurve._map:
            keys.NamedCurve.register("sm2p256v1", _CURVE, 32)
        return importlib.import_module(f"asn1crypto.{module}")
    except ImportError as error:
        raise SealError(
            Text(
                "签名与验签需要 Python 库 asn1crypto，请安装：python -m pip install asn1crypto",
                "Signatures need the Python library asn1crypto: python -m pip install asn1crypto",
            )
        ) from error
