"""Report sinks: JSON, JUnit, Markdown, HTML and agent pages, and the table that ends a run."""

from venueproof_report.schema import report_schema
from venueproof_report.terminal import closing_table
from venueproof_report.write import write_report

__all__ = ["closing_table", "report_schema", "write_report"]
