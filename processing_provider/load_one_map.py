"""``onemap:loadonemap``: layers of the one map into the project, or saved for work offline."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsApplication,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputNumber,
    QgsProcessingOutputRasterLayer,
    QgsProcessingOutputString,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterString,
    QgsProject,
)

from .algorithm import OneMapAlgorithm, plain_errors, progress_of
from .language import is_chinese, say, translate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..checks.findings import Text
    from ..checks.progress import Progress
    from ..services.onemap.baseline import Saved, Wanted
    from ..services.session import Session
    from ..services.site_profile import LayerSource

ROLES = {
    "DEM": "dem",
    "IMAGERY": "imagery",
    "IMAGERY_PREVIOUS": "imagery_previous",
    "PREVIOUS": "previous",
}


class LoadOneMap(OneMapAlgorithm):
    """Finds, loads and saves what a verification needs of the one map."""

    identifier = "loadonemap"
    group_identifier = "platform"
    words = (
        *("one map", "load", "WMS", "WMTS", "WFS", "WCS", "DEM", "extract", "offline", "baseline"),
        *("一张图", "加载", "底图", "影像", "离线", "提取", "服务", "本底"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._pending: list[Any] = []
        self._session: Session | None = None
        self._outputs: dict[str, Any] = {}
        self._load = True

    def displayName(self) -> str:
        return translate("Platform", "Load the one map")

    def group(self) -> str:
        return translate("Platform", "Platform")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        text = QgsProcessingParameterString
        for parameter, explanation in (
            (
                text("PROFILE", translate("Platform", "Site profile"), optional=True),
                translate("Platform", "Id or JSON file; the current platform when empty"),
            ),
            (
                text("GROUPS", translate("Platform", "Groups"), optional=True),
                translate("Platform", "Ids of groups, separated by ;"),
            ),
            (
                text("LAYERS", translate("Platform", "Layers"), optional=True),
                translate(
                    "Platform",
                    "Ids of layers, separated by ; – all when neither groups nor layers are given",
                ),
            ),
            (
                QgsProcessingParameterExtent(
                    "EXTENT", translate("Platform", "Extent"), optional=True
                ),
                translate("Platform", "Of what is saved; the whole layers when empty"),
            ),
            (
                QgsProcessingParameterDateTime(
                    "DATE",
                    translate("Platform", "Date of the survey"),
                    type=QgsProcessingParameterDateTime.Type.Date,
                    optional=True,
                ),
                translate("Platform", "Decides which picture and which year's parcels fit best"),
            ),
            (
                QgsProcessingParameterFolderDestination(
                    "SAVE_TO",
                    translate("Platform", "Save to folder"),
                    optional=True,
                    createByDefault=False,
                ),
                translate(
                    "Platform",
                    "Saves terrain, pictures, last year's parcels and control layers for work "
                    "without network; an interrupted run is taken up again",
                ),
            ),
            (
                text("SIGN_IN", translate("Platform", "Sign in"), optional=True),
                translate(
                    "Platform",
                    "Empty: as signed in; device, browser, @file, or the id of an authentication "
                    "configuration",
                ),
            ),
            (
                QgsProcessingParameterBoolean(
                    "LOAD", translate("Platform", "Add to the project"), defaultValue=True
                ),
                translate("Platform", "In the platform's fixed order of groups"),
            ),
            (
                QgsProcessingParameterFileDestination(
                    "SUMMARY",
                    translate("Platform", "Summary"),
                    fileFilter=translate("Platform", "Summary") + " (*.json)",
                    optional=True,
                    createByDefault=False,
                ),
                translate("Platform", "What was loaded or saved, from where, and why"),
            ),
        ):
            parameter.setHelp(explanation)
            if parameter.name() in ("SIGN_IN", "LOAD", "SUMMARY"):
                parameter.setFlags(
                    parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced
                )
            self.addParameter(parameter)
        for output in _outputs():
            self.addOutput(output)

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..services import session

        progress = progress_of(feedback)
        self._load = self.parameterAsBool(parameters, "LOAD", context)
        wanted = self._wanted(parameters, context)

        def tell(text: Text) -> None:
            feedback.pushInfo(say(text))

        self._session = session.open_session(
            self.parameterAsString(parameters, "PROFILE", context).strip(),
            self.parameterAsString(parameters, "SIGN_IN", context).strip(),
            tell,
            progress.part(0.0, 0.05),
        )
        folder = self.parameterAsString(parameters, "SAVE_TO", context)
        summary = self.parameterAsFileOutput(parameters, "SUMMARY", context)
        if folder:
            self._outputs = self._save(wanted, Path(folder), feedback, progress.part(0.05, 1.0))
        else:
            self._outputs = self._plan(wanted, feedback, progress.part(0.05, 1.0))
        if summary:
            told = self._outputs.pop("_summary")
            Path(summary).write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
            self._outputs["SUMMARY"] = summary
        self._outputs.pop("_summary", None)
        return self._outputs

    def _wanted(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Wanted:
        from ..services.onemap.baseline import Wanted

        def names(key: str) -> tuple[str, ...]:
            text = self.parameterAsString(parameters, key, context)
            return tuple(part.strip() for part in re.split(r"[;,；，]", text) if part.strip())

        box, crs = None, ""
        if parameters.get("EXTENT"):
            rectangle = self.parameterAsExtent(parameters, "EXTENT", context)
            frame = self.parameterAsExtentCrs(parameters, "EXTENT", context)
            if rectangle.isNull() or not rectangle.isFinite():
                raise QgsProcessingException(
                    translate("Platform", "The extent cannot be understood.")
                )
            box = (
                *(rectangle.xMinimum(), rectangle.yMinimum()),
                *(rectangle.xMaximum(), rectangle.yMaximum()),
            )
            # An extent without a frame is in degrees, if it can be.
            crs = frame.toWkt() if frame.isValid() else "EPSG:4490"
        when = None
        if parameters.get("DATE"):
            day = self.parameterAsDateTime(parameters, "DATE", context).date()
            if day.isValid():
                when = date(day.year(), day.month(), day.day())
        return Wanted(names("LAYERS"), names("GROUPS"), box, crs, when)

    def _save(
        self, wanted: Wanted, folder: Path, feedback: QgsProcessingFeedback, progress: Progress
    ) -> dict[str, Any]:
        from ..services.onemap import baseline

        assert self._session is not None
        profile = self._session.profile
        saved = baseline.save(profile, self._session.transport, wanted, folder, progress)
        for role, choice in saved.choices.items():
            why = [say(reason) for reason in choice.reasons]
            feedback.pushInfo(f"{role}: {say(choice.layer.title)} – {'; '.join(why)}")
        for extract in saved.extracts:
            for note in extract.notes:
                feedback.pushInfo(f"{say(extract.source.title)}: {say(note)}")
        _note((each.source, True) for each in saved.extracts)
        _note((layer, False) for layer, _ in saved.failures)
        _failed(saved.failures, len(saved.extracts), feedback)
        self._pending = [_from_file(extract) for extract in saved.extracts]
        return {**_by_role(saved), "SAVE_TO": str(folder), "_summary": saved.as_json()}

    def _plan(
        self, wanted: Wanted, feedback: QgsProcessingFeedback, progress: Progress
    ) -> dict[str, Any]:
        from ..services.errors import ServiceError
        from ..services.onemap import baseline
        from ..services.onemap.provider_source import provider_source

        assert self._session is not None
        profile, transport = self._session.profile, self._session.transport
        layers = baseline.chosen_layers(profile, wanted)
        cache = Path(QgsApplication.qgisSettingsDirPath()) / "onemap_verify" / "capabilities"
        failures = []
        for number, layer in enumerate(layers):
            progress.at(number / len(layers), f"{layer.title.zh} | {layer.title.en}")
            try:
                source = provider_source(layer, transport, profile, cache, progress)
            except ServiceError as error:
                failures.append((layer, error))
                continue
            self._pending.append(source)
            for note in source.notes:
                feedback.pushInfo(f"{say(layer.title)}: {say(note)}")
        _note((layer, False) for layer, _ in failures)
        _failed(failures, len(self._pending), feedback)
        told = {
            "layers": [
                {"layer": each.layer.id, "provider": each.provider} for each in self._pending
            ],
            "failures": [
                {"layer": layer.id, "zh": error.text.zh, "en": error.text.en}
                for layer, error in failures
            ],
        }
        return {
            "LOADED_COUNT": len(self._pending),
            "FAILED_COUNT": len(failures),
            "LOADED_LAYERS": [],
            "_summary": told,
        }

    def postProcessAlgorithm(
        self, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Layers live in the main thread, where this is run."""
        if not self._pending or self._session is None or not self._load:
            return self._outputs
        from ..services.onemap import loading

        project = context.project() or QgsProject()
        language = "zh" if is_chinese() else "en"
        with plain_errors():
            made = loading.load(project, self._session.profile, self._pending, language)
        good = [each for each in made if each.layer_id]
        if "SAVE_TO" not in self._outputs:
            _note((each.source, bool(each.layer_id)) for each in made)
        bad = [(each.source, each.error) for each in made if each.error]
        _failed(bad, len(good), feedback)
        if context.project() is not None and "SAVE_TO" not in self._outputs:
            self._outputs["LOADED_LAYERS"] = [each.layer_id for each in good]
        if "SAVE_TO" not in self._outputs:
            self._outputs["LOADED_COUNT"] = len(good)
            self._outputs["FAILED_COUNT"] = int(self._outputs["FAILED_COUNT"]) + len(bad)
        with suppress(RuntimeError):
            self._pending.clear()
        return self._outputs


def _by_role(saved: Saved) -> dict[str, Any]:
    outputs: dict[str, Any] = {
        "LOADED_COUNT": len(saved.extracts),
        "FAILED_COUNT": len(saved.failures),
        "LOADED_LAYERS": [each.for_gdal for each in saved.extracts],
        "CONTROL_LAYERS": [each.for_gdal for each in saved.roles.get("control", [])],
        "IMAGERY_DATE": saved.day("imagery"),
        "IMAGERY_PREVIOUS_DATE": saved.day("imagery_previous"),
    }
    for name, role in ROLES.items():
        outputs[name] = saved.path(role)
    return {name: value for name, value in outputs.items() if value not in ("", None)}


def _from_file(extract: Any) -> Any:
    from ..services.onemap.provider_source import ProviderSource

    source = replace(
        extract.source, kind="file", url=str(extract.path), layer=extract.layer or None
    )
    vector = bool(extract.layer)
    return ProviderSource(source, "ogr" if vector else "gdal", extract.for_gdal, vector)


def _note(layers: Iterable[tuple[LayerSource, bool]]) -> None:
    """Loading or saving a restricted layer belongs in the audit log, and failing to."""
    from ..services.audit import note

    for layer, done in layers:
        if layer.restricted:
            note("load", layer.id, "done" if done else "failed")


def _outputs() -> tuple[QgsProcessingOutputDefinition, ...]:
    """What comes out, named as ``verifysubmission`` takes it."""
    vector = QgsProcessing.SourceType.TypeVectorPolygon
    return (
        QgsProcessingOutputRasterLayer("DEM", translate("Platform", "Terrain")),
        QgsProcessingOutputRasterLayer("IMAGERY", translate("Platform", "Imagery")),
        QgsProcessingOutputString("IMAGERY_DATE", translate("Platform", "Date of the imagery")),
        QgsProcessingOutputRasterLayer(
            "IMAGERY_PREVIOUS", translate("Platform", "Earlier imagery")
        ),
        QgsProcessingOutputString(
            "IMAGERY_PREVIOUS_DATE", translate("Platform", "Date of the earlier imagery")
        ),
        QgsProcessingOutputVectorLayer(
            "PREVIOUS", translate("Platform", "Parcels of last year"), vector
        ),
        QgsProcessingOutputMultipleLayers(
            "CONTROL_LAYERS", translate("Platform", "Control layers")
        ),
        QgsProcessingOutputMultipleLayers(
            "LOADED_LAYERS", translate("Platform", "Layers loaded or saved")
        ),
        QgsProcessingOutputNumber("LOADED_COUNT", translate("Platform", "Number of layers")),
        QgsProcessingOutputNumber(
            "FAILED_COUNT", translate("Platform", "Layers that could not be had")
        ),
    )


def _failed(failures: list[Any], others: int, feedback: QgsProcessingFeedback) -> None:
    """Tell what could not be had; without anything else it is an error."""
    if failures and not others:
        _, error = failures[0]
        raise error
    for layer, error in failures:
        feedback.pushWarning(f"{say(layer.title)}: {say(error.text)} {say(error.advice)}")
