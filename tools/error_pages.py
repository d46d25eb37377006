"""Pages of ``docs/reference/`` about errors: what each venue documents, and how ccxt's exceptions are read."""

from collections.abc import Iterator

from venueproof_bridges.ccxt.errors import errors_table
from venueproof_core.control import DocumentedError
from venueproof_simulator.main import load_dialect


def errors_of(venue: str) -> Iterator[str]:
    """Every error of a venue, as its simulator knows it."""
    dialect = load_dialect(venue)
    rows = [error for error in dialect.documented_errors() if error.is_documented]
    codes = {error.code for error in rows}
    yield f"# Errors of {venue}\n"
    yield (
        f"{len(codes)} codes with {len(rows)} texts and statuses, from the venue's documents. The simulator can"
        " answer any request with each (fault `answer_error`), and `errors/documented` asks what a connector makes of"
        " it: at least 95 % of every class must be raised as this table has it, and the report says how many are"
        " (`documented_errors_classified_*_percent`), with a line for each that is not.\n"
    )
    yield (
        "*Outcome* and *retry* are of a write; a read changes nothing, and its advice stands behind the stroke where"
        " it is another. A status with `?` is observed, not documented. Where *answers* is empty it is any request."
        " Codes of interfaces that are not served here (FIX, SBE) are documented only: no request of these"
        " connectors is answered with them.\n"
    )
    yield "| code | status | text | answers | interface | class | outcome | retry |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for error in rows:
        yield f"| {' | '.join(_cells(error))} |"


def _cells(error: DocumentedError) -> list[str]:
    status = f"{error.status}?" if error.is_status_observed else str(error.status)
    is_served = not set(error.endpoints) & {"fix", "sbe"}
    retry = error.retry_of_write.value
    if error.retry_of_read is not error.retry_of_write:
        retry += f" / {error.retry_of_read.value}"
    return [
        f"{error.code} {error.name}".strip(),
        status if is_served else "",
        error.message.replace("|", "\\|"),
        ", ".join(operation.value for operation in error.operations),
        ", ".join(error.endpoints),
        " or ".join(f"`{name}`" for name in error.classes),
        error.outcome.value,
        retry,
    ]


def errors_of_ccxt() -> Iterator[str]:
    """How the bridge reads ccxt's exceptions."""
    yield "# Errors of ccxt\n"
    yield (
        "ccxt raises exceptions of its own, which say nothing of the outcome. The bridge reads them by this table and"
        " by nothing else; a class that is missing counts as its nearest parent. ccxt's `NetworkError` and"
        " `OperationFailed` pass by themselves, all else does not, and `retry` says so. Where ccxt's class could be"
        " either, the outcome of a write is UNKNOWN: the cases ask that it is honest, not that it is known.\n"
    )
    yield "| ccxt | read as | outcome of a read | outcome of a write | because |"
    yield "| --- | --- | --- | --- | --- |"
    for row in errors_table():
        cells = (f"`{row['ccxt']}`", f"`{row['error']}`", row["read"], row["write"], row["because"])
        yield f"| {' | '.join(cells)} |"
