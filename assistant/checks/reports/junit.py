"""JUnit XML, for build servers: a suite a file, a failure a finding; hints are skipped cases."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from assistant.checks.reports.result import Result, place, printable
from assistant.finding import Finding, counts


def junit_report(results: Sequence[Result]) -> str:
    root = ET.Element("testsuites", name="zhibi check")
    for result in results:
        root.append(_suite(result))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _suite(result: Result) -> ET.Element:
    by = counts(result.findings)
    suite = ET.Element(
        "testsuite",
        name=printable(str(result.path)),
        tests=str(max(1, len(result.findings))),
        failures=str(by["error"] + by["warning"]),
        skipped=str(by["info"]),
    )
    if not result.findings:
        ET.SubElement(suite, "testcase", classname=printable(str(result.path)), name="核校")
    for finding in result.findings:
        suite.append(_case(result, finding))
    return suite


def _case(result: Result, finding: Finding) -> ET.Element:
    line, column = place(result, finding)
    where = f"{line}:{column}" if line else "全文"
    case = ET.Element("testcase", classname=printable(finding.rule), name=printable(f"{result.path}:{where}"))
    if finding.severity == "info":
        ET.SubElement(case, "skipped", message=printable(finding.message))
    else:
        failure = ET.SubElement(case, "failure", type=finding.severity, message=printable(finding.message))
        failure.text = printable(finding.quote)
    return case
