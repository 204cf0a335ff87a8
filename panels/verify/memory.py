"""What the panel remembers from one session to the next, and where results go."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QDate, QDateTime, QStandardPaths, Qt

from ...services import settings
from .inputs_form import LAYERS, InputsForm
from .preset import guess, is_within

REMEMBERED = (
    "DEM_ORIGIN",
    "STANDARD",
    "IMAGERY_BANDS",
    "IMAGERY_DATE",
    "IMAGERY_PREVIOUS_DATE",
    "CAMPAIGN_START",
    "CAMPAIGN_END",
    "RIDGE_COEFFICIENTS",
    "CONTROL_AREA",
)


def results_folder() -> Path:
    """Where results go when nothing else is said."""
    kept = settings.RESULTS_FOLDER.get()
    if kept:
        return Path(kept)
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(place or Path.home()) / "OneMap Verify"


def new_run_folder(parent: Path, package: Path) -> Path:
    """A folder of its own for one run, so that no earlier result is overwritten."""
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", package.stem or package.name) or "package"
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = parent / f"{name}-{stamp}"
    number = 2
    while folder.exists():
        folder = parent / f"{name}-{stamp}-{number}"
        number += 1
    return folder


def remember(form: InputsForm) -> None:
    """Keep what is in the form; layers by their sources, which outlive a project."""
    kept = {name: _plain(value) for name, value in form.values().items() if name in REMEMBERED}
    layers = {}
    for name in LAYERS:
        sources = [_source(value) for value in _list(form.value(name)) if value]
        if any(sources):
            layers[name] = [source for source in sources if source]
    settings.LAST_INPUTS.set({"values": kept, "layers": layers})


def recall(form: InputsForm) -> None:
    """Fill the form: what was used last, else the options, else a guess from the project."""
    kept = settings.LAST_INPUTS.get()
    for name, value in dict(kept.get("values", {})).items():
        if name in REMEMBERED:
            form.set_value(name, value)
    for setting, name in (
        (settings.STANDARD, "STANDARD"),
        (settings.RIDGE_COEFFICIENTS, "RIDGE_COEFFICIENTS"),
        (settings.CONTROL_AREA, "CONTROL_AREA"),
    ):
        if form.is_empty(name) and setting.get():
            form.set_value(name, setting.get())
    form.folder.setFilePath(str(results_folder()))
    fill_layers(form)


def recall_run(form: InputsForm, findings: Path) -> bool:
    """Fill the form with what a verification was made from; false where its package is gone."""
    from ...checks.review_inputs import ReviewInputs

    inputs = ReviewInputs.read(findings)
    if not inputs.submission:
        return False
    if str(form.value("SUBMISSION") or "") == inputs.submission:
        return True
    form.set_value("SUBMISSION", inputs.submission)
    form.set_value("DEM_ORIGIN", inputs.dem_origin)
    for name, value in (
        ("DEM", inputs.dem),
        ("IMAGERY", inputs.imagery),
        ("IMAGERY_PREVIOUS", inputs.imagery_previous),
        ("PREVIOUS", inputs.previous),
    ):
        form.set_value(name, value or None)
    form.set_value("CONTROL_LAYERS", list(inputs.control_layers))
    return True


def fill_layers(form: InputsForm) -> None:
    """Choose trusted layers from the project where none is chosen; none of the package itself."""
    by_source = {layer.source(): layer.id() for layer in QgsProject.instance().mapLayers().values()}
    package = form.value("SUBMISSION")
    for name in LAYERS:
        chosen = _list(form.value(name))
        kept = [value for value in chosen if not is_within(_source(value), package)]
        if len(kept) < len(chosen):
            form.set_value(name, kept if name == "CONTROL_LAYERS" else None)
    remembered = dict(settings.LAST_INPUTS.get().get("layers", {}))
    guessed = guess(QgsProject.instance(), package)
    for name in LAYERS:
        if not form.is_empty(name):
            continue
        known = [
            by_source[source]
            for source in remembered.get(name, [])
            if source in by_source and not is_within(source, package)
        ]
        wanted = known or _list(guessed.get(name))
        if wanted:
            form.set_value(name, wanted if name == "CONTROL_LAYERS" else wanted[0])


def layers_of_package(form: InputsForm) -> list[str]:
    """Names of trusted layers that are none: they belong to the package under examination."""
    package = form.value("SUBMISSION")
    return [
        _name(value)
        for name in LAYERS
        for value in _list(form.value(name))
        if is_within(_source(value), package)
    ]


def _name(value: Any) -> str:
    layer = QgsProject.instance().mapLayer(str(value))
    return layer.name() if layer is not None else str(value)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _source(value: Any) -> str:
    layer = QgsProject.instance().mapLayer(str(value))
    return layer.source() if layer is not None else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, (QDate, QDateTime)):
        return value.toString(Qt.DateFormat.ISODate)
    return value
