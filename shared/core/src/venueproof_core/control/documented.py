"""The errors that a venue documents, as the truth about them."""

from typing import Any

from pydantic import Field

from venueproof_core.control.words import ControlModel, Operation
from venueproof_core.errors import Outcome, Retry


class DocumentedError(ControlModel):
    """One error that a venue can answer with: what is sent, and what it means to whoever gets it.

    Attributes:
        id: What the fault ``answer_error`` calls it.
        name: The venue's name for the code.
        message: As it is sent; places that the venue fills are filled.
        status: Of the HTTP reply.
        data: What else is in the reply.
        operations: What it can answer; empty is any request.
        endpoints: Names of the endpoints that answer with it. One that the world has not is only documented.
        classes: Names of the classes that say what it says; the first says it best.
        outcome: What became of a write that it answered. Of a read, always NOT_APPLIED.
        retry_of_write: Whether to send the same write again.
        retry_of_read: Whether to send the same read again.
        is_documented: ``False`` for one that was made up, to see what becomes of a code nobody knows.
        is_status_observed: No document gives the status; it is what is widely observed.
    """

    id: str
    code: str
    name: str = ""
    message: str
    status: int
    data: dict[str, Any] | None = None
    operations: list[Operation] = Field(default_factory=list)
    endpoints: list[str]
    classes: list[str]
    outcome: Outcome
    retry_of_write: Retry
    retry_of_read: Retry
    is_documented: bool = True
    is_status_observed: bool = False
