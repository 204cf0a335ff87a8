"""The Chinese translation is whole, compiled, and found for every name QGIS has for Chinese."""

import subprocess
import sys

import pytest


def test_the_translation_is_up_to_date(checkout):
    done = subprocess.run(
        [sys.executable, str(checkout / "scripts" / "translate.py"), "--check"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_placeholders_survive_translation(checkout):
    import re
    from xml.etree import ElementTree

    root = ElementTree.parse(checkout / "i18n" / "onemap_verify_zh_CN.ts")
    checked = 0
    for message in root.iter("message"):
        source, said = message.findtext("source"), message.findtext("translation")
        assert sorted(re.findall(r"\{\w+\}", source)) == sorted(re.findall(r"\{\w+\}", said)), (
            source
        )
        checked += 1
    assert checked > 200


@pytest.mark.parametrize(
    ("locale", "chinese"),
    [
        ("zh", True),
        ("zh_CN", True),
        ("zh-Hans", True),
        ("zh-Hant", True),
        ("en_US", False),
        ("C", False),
    ],
)
def test_which_locales_are_chinese(speak, locale, chinese):
    from onemap_verify.processing_provider.language import is_chinese, say, spoken

    class Both:
        zh, en = "中文", "English"

    speak(locale)
    assert is_chinese() is chinese
    assert say(Both()) == ("中文" if chinese else "English")
    assert spoken("中文 | English") == ("中文" if chinese else "English")
    assert spoken("only one") == "only one"


@pytest.mark.parametrize("locale", ["zh", "zh_CN", "zh-Hans"])
def test_the_plugin_speaks_chinese_and_falls_silent_again(qgis_app, locale):
    """The plugin itself, as ``qgis_process`` starts it: without a window."""
    from qgis.core import QgsApplication, QgsSettings

    import onemap_verify
    from onemap_verify.processing_provider.language import translate

    QgsSettings().setValue("locale/overrideFlag", True)
    QgsSettings().setValue("locale/userLocale", locale)
    registry = QgsApplication.processingRegistry()
    there = registry.providerById("onemap") is not None
    plugin = onemap_verify.classFactory(None)
    try:
        plugin.initProcessing()
        plugin.initProcessing()  # twice does not hurt
        assert translate("Verification", "Check topology") == "检查拓扑"
    finally:
        plugin.unload()
        QgsSettings().remove("locale")
    assert translate("Verification", "Check topology") == "Check topology"
    assert plugin.provider is None
    assert there or registry.providerById("onemap") is None
