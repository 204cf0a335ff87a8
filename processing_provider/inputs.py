"""The parameters our algorithms share, each described once."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorLayer,
)

from .language import translate

PACKAGE = __package__.rpartition(".")[0]
DEM_ORIGINS = ("independent", "same_source")


def _advanced(parameter: QgsProcessingParameterDefinition) -> QgsProcessingParameterDefinition:
    parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    return parameter


def _explained(
    parameter: QgsProcessingParameterDefinition, explanation: str
) -> QgsProcessingParameterDefinition:
    parameter.setHelp(explanation)
    return parameter


def submission() -> QgsProcessingParameterDefinition:
    """A file or a folder.

    A file parameter of QGIS is one or the other. Only the folder kind accepts every path, and
    our own widget offers both.
    """
    parameter = QgsProcessingParameterFile(
        "SUBMISSION",
        translate("Inputs", "Submission"),
        behavior=QgsProcessingParameterFile.Behavior.Folder,
    )
    parameter.setMetadata(
        {"widget_wrapper": {"class": f"{PACKAGE}.panels.package_parameter.PackageWrapper"}}
    )
    return _explained(
        parameter,
        translate(
            "Inputs", "Folder, .zip, .gdb, .gpkg or .shp, with layers by their standard names"
        ),
    )


def dem() -> QgsProcessingParameterDefinition:
    """Trusted terrain."""
    return _explained(
        QgsProcessingParameterRasterLayer(
            "DEM", translate("Inputs", "Trusted DEM (heights in metres)"), optional=True
        ),
        translate("Inputs", "Without it, the rules on terrain and heights are not checkable"),
    )


def dem_origin() -> QgsProcessingParameterDefinition:
    """Where the submission's heights may come from; the values are stable words."""
    parameter = QgsProcessingParameterEnum(
        "DEM_ORIGIN",
        translate("Inputs", "Heights of the submission"),
        options=list(DEM_ORIGINS),
        defaultValue=DEM_ORIGINS[0],
        usesStaticStrings=True,
    )
    parameter.setMetadata(
        {"widget_wrapper": {"class": f"{PACKAGE}.panels.choice_parameter.DemOriginWrapper"}}
    )
    return _explained(
        parameter,
        translate(
            "Inputs",
            "independent: measured without this DEM, so that equal heights are suspicious; "
            "same_source: the heights may legitimately come from it",
        ),
    )


def dem_origin_title(option: str) -> str:
    """What a value of ``DEM_ORIGIN`` is called for people."""
    return {
        "independent": translate("Inputs", "Independent of this DEM"),
        "same_source": translate("Inputs", "May come from this DEM"),
    }.get(option, option)


def imagery() -> QgsProcessingParameterDefinition:
    """Current image."""
    return QgsProcessingParameterRasterLayer(
        "IMAGERY", translate("Inputs", "Current imagery"), optional=True
    )


def _date(name: str, title: str) -> QgsProcessingParameterDefinition:
    return QgsProcessingParameterDateTime(
        name, title, type=QgsProcessingParameterDateTime.Type.Date, optional=True
    )


def imagery_date() -> QgsProcessingParameterDefinition:
    """When the current image was taken."""
    return _date("IMAGERY_DATE", translate("Inputs", "Date of the imagery"))


def imagery_bands() -> QgsProcessingParameterDefinition:
    """Which band is which."""
    return _advanced(
        _explained(
            QgsProcessingParameterString(
                "IMAGERY_BANDS", translate("Inputs", "Bands of the imagery"), optional=True
            ),
            translate(
                "Inputs",
                "For example red=3,nir=4 or ndvi=1; otherwise taken from their descriptions",
            ),
        )
    )


def imagery_previous() -> QgsProcessingParameterDefinition:
    """Earlier image."""
    return QgsProcessingParameterRasterLayer(
        "IMAGERY_PREVIOUS", translate("Inputs", "Earlier imagery"), optional=True
    )


def imagery_previous_date() -> QgsProcessingParameterDefinition:
    """When the earlier image was taken."""
    return _date("IMAGERY_PREVIOUS_DATE", translate("Inputs", "Date of the earlier imagery"))


def previous() -> QgsProcessingParameterDefinition:
    """Last year's parcels."""
    return QgsProcessingParameterVectorLayer(
        "PREVIOUS",
        translate("Inputs", "DLTB of last year from the one map"),
        types=[QgsProcessing.SourceType.TypeVectorPolygon],
        optional=True,
    )


def control_layers() -> QgsProcessingParameterDefinition:
    """Farmland protection, red line, urban boundary, approvals."""
    return _explained(
        QgsProcessingParameterMultipleLayers(
            "CONTROL_LAYERS",
            translate("Inputs", "Control layers"),
            layerType=QgsProcessing.SourceType.TypeVectorAnyGeometry,
            optional=True,
        ),
        translate(
            "Inputs",
            "Permanent basic farmland, ecological red line, urban boundary, approvals; told apart "
            "by name and fields",
        ),
    )


def campaign_start() -> QgsProcessingParameterDefinition:
    """First day of field work."""
    return _date("CAMPAIGN_START", translate("Inputs", "First day of field work"))


def campaign_end() -> QgsProcessingParameterDefinition:
    """Last day of field work."""
    return _date("CAMPAIGN_END", translate("Inputs", "Last day of field work"))


def standard() -> QgsProcessingParameterDefinition:
    """Rule set."""
    return _advanced(
        _explained(
            QgsProcessingParameterString(
                "STANDARD", translate("Inputs", "Rule set"), optional=True
            ),
            translate("Inputs", "Id or folder of a rule set; the newest shipped when empty"),
        )
    )


def ridge_coefficients() -> QgsProcessingParameterDefinition:
    """The county's table of KCXS."""
    return _advanced(
        _explained(
            QgsProcessingParameterFile(
                "RIDGE_COEFFICIENTS",
                translate("Inputs", "Field-ridge coefficients of the county"),
                extension="csv",
                optional=True,
            ),
            translate("Inputs", "CSV with the columns GDLX, GDPDJB, KCXS"),
        )
    )


def control_area() -> QgsProcessingParameterDefinition:
    """The area that the county's parcels have to sum up to."""
    return _advanced(
        _explained(
            QgsProcessingParameterNumber(
                "CONTROL_AREA",
                translate("Inputs", "Control area of the county (m²)"),
                type=QgsProcessingParameterNumber.Type.Double,
                minValue=0.0,
                optional=True,
            ),
            translate("Inputs", "To which the areas of all parcels have to sum up"),
        )
    )


INPUTS: dict[str, Callable[[], QgsProcessingParameterDefinition]] = {
    "SUBMISSION": submission,
    "DEM": dem,
    "DEM_ORIGIN": dem_origin,
    "IMAGERY": imagery,
    "IMAGERY_DATE": imagery_date,
    "IMAGERY_BANDS": imagery_bands,
    "IMAGERY_PREVIOUS": imagery_previous,
    "IMAGERY_PREVIOUS_DATE": imagery_previous_date,
    "PREVIOUS": previous,
    "CONTROL_LAYERS": control_layers,
    "CAMPAIGN_START": campaign_start,
    "CAMPAIGN_END": campaign_end,
    "STANDARD": standard,
    "RIDGE_COEFFICIENTS": ridge_coefficients,
    "CONTROL_AREA": control_area,
}


def parameter(name: str, *, required: bool) -> QgsProcessingParameterDefinition:
    """The parameter ``name``; ``required`` where nothing can be checked without it."""
    one = INPUTS[name]()
    if required:
        one.setFlags(one.flags() & ~QgsProcessingParameterDefinition.Flag.FlagOptional)
        # It says what becomes of the other rules without it.
        if name != "CONTROL_LAYERS":
            one.setHelp("")
    return one


def destinations() -> list[QgsProcessingParameterDefinition]:
    """Where the findings, the record and the report go."""
    return [
        QgsProcessingParameterFileDestination(
            "FINDINGS",
            translate("Inputs", "Findings"),
            fileFilter=translate("Inputs", "GeoPackage") + " (*.gpkg)",
        ),
        QgsProcessingParameterFileDestination(
            "RECORD",
            translate("Inputs", "Verification record"),
            fileFilter=translate("Inputs", "Verification record") + " (*.json)",
            optional=True,
        ),
        QgsProcessingParameterFileDestination(
            "REPORT",
            translate("Inputs", "Report"),
            fileFilter=translate("Inputs", "Web page") + " (*.html)",
            optional=True,
        ),
    ]
