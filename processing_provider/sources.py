"""From QGIS layers to what GDAL can open: paths, and layer names within them."""

from __future__ import annotations

from qgis.core import (
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsFields,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)

from .language import translate


def raster_source(layer: QgsRasterLayer | None, what: str) -> str:
    """Return what GDAL opens for ``layer``; empty for no layer.

    Raises
    ------
    QgsProcessingException
        When the layer comes from a service and not from a file.
    """
    if layer is None:
        return ""
    if layer.providerType() != "gdal":
        raise QgsProcessingException(
            translate(
                "Sources",
                "{what}: the layer “{name}” is not a raster file. Save it as GeoTIFF first.",
            ).format(what=what, name=layer.name())
        )
    # What follows the bar are open options of QGIS's own making.
    return str(layer.source()).split("|")[0]


class VectorSource:
    """A vector layer on its way to ``checks``, which open files.

    Made in the main thread, where layers live; written, if at all, in the algorithm's thread.
    """

    def __init__(self, layer: QgsVectorLayer) -> None:
        self._direct = _file_of(layer)
        self._name = layer.name()
        if not self._direct:
            self._features = QgsVectorLayerFeatureSource(layer)
            self._fields = QgsFields(layer.fields())
            self._kind = layer.wkbType()
            self._crs = layer.crs()

    def path(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> str:
        """Return ``path|layername=…`` for OGR.

        A layer that is no plain file (a service, a database, a scratch layer, one with a filter
        or with unsaved edits) is written to a temporary GeoPackage first: what the person sees
        is what is used.

        Raises
        ------
        QgsProcessingException
            When the layer cannot be written.
        """
        if self._direct:
            return self._direct
        path = QgsProcessingUtils.generateTempFilename("baseline.gpkg")
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = "GPKG"
        options.layerName = self._name or "layer"
        # A column called fid would otherwise be taken for the key.
        options.layerOptions = ["FID=onemap_fid"]
        writer = QgsVectorFileWriter.create(
            path, self._fields, self._kind, self._crs, context.transformContext(), options
        )
        for feature in self._features.getFeatures(QgsFeatureRequest()):
            if feedback.isCanceled():
                break
            writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert)
        reason = writer.errorMessage()
        del writer  # closes the file
        if reason:
            raise QgsProcessingException(
                translate("Sources", "The layer “{name}” cannot be read: {reason}").format(
                    name=self._name, reason=reason
                )
            )
        return f"{path}|layername={options.layerName}"


def _file_of(layer: QgsVectorLayer) -> str:
    """Return what OGR opens when ``layer`` is a plain file shown as it is; else nothing."""
    if layer.providerType() != "ogr" or layer.isEditable() or layer.subsetString():
        return ""
    path, *options = layer.source().split("|")
    if all(option.lower().startswith("layername=") for option in options):
        return "|".join([path, *options])
    return ""
