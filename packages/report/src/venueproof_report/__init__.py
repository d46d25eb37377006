"""Report sinks: JSON, JUnit, Markdown, HTML and agent pages."""
