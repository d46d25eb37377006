"""HTTP to a control plane: one kept session per worker, errors told apart."""

from collections.abc import Mapping
from typing import Any, Self

import aiohttp
import msgspec
from pydantic import BaseModel

from venueproof_core.control import ControlAddress, Predicate, WaitRequest
from venueproof_suite.errors import ControlError, DeadlinePassed

# A control plane answers within milliseconds; a wait has its own deadline on the server's side.
_ANSWERS_WITHIN_S = 10.0


class ControlClient:
    """Speaks to one control plane. Use it inside of one event loop."""

    def __init__(self, address: ControlAddress) -> None:
        self._url = address.url.rstrip("/")
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {address.token}"},
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def request(
        self,
        method: str,
        path: str,
        body: BaseModel | None = None,
        *,
        parameters: Mapping[str, str] | None = None,
    ) -> bytes:
        """Send one request and return the answer's body.

        Raises:
            ControlError: Refused, or no answer.
        """
        status, content = await self._exchange(method, path, body, parameters)
        if status >= 400:
            raise ControlError(
                f"control plane: {method} {path}: {status} {_error_text(content)}", status=status
            )
        return content

    async def wait(
        self, predicate: Predicate, *, deadline_s: float, parameters: Mapping[str, str]
    ) -> int:
        """Return the count once the predicate is true.

        Raises:
            DeadlinePassed: It is not true after ``deadline_s``.
            ControlError: Refused, or no answer.
        """
        wanted = WaitRequest(predicate=predicate, deadline_s=deadline_s)
        status, content = await self._exchange(
            "POST", "/wait", wanted, parameters, deadline_s + _ANSWERS_WITHIN_S
        )
        if status == 408:
            raise DeadlinePassed(
                _in_words(predicate), counted=_count(content), deadline_s=deadline_s
            )
        if status >= 400:
            raise ControlError(
                f"control plane: /wait: {status} {_error_text(content)}", status=status
            )
        return _count(content)

    async def aclose(self) -> None:
        """Close the session."""
        await self._session.close()

    async def _exchange(
        self,
        method: str,
        path: str,
        body: BaseModel | None,
        parameters: Mapping[str, str] | None,
        within_s: float = _ANSWERS_WITHIN_S,
    ) -> tuple[int, bytes]:
        data, headers = None, None
        if body is not None:
            data = body.model_dump_json().encode()
            headers = {"Content-Type": "application/json"}
        try:
            async with self._session.request(
                method,
                self._url + path,
                params=parameters,
                data=data,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=within_s),
            ) as reply:
                return reply.status, await reply.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ControlError(
                f"control plane: {method} {path}: {type(error).__name__}: {error};"
                " the simulator has ended or hangs"
            ) from error


def _error_text(content: bytes) -> str:
    try:
        told = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return content[:200].decode("utf-8", "replace")
    return str(told.get("error", told)) if isinstance(told, dict) else str(told)


def _count(content: bytes) -> int:
    told: Any = msgspec.json.decode(content)
    return int(told["count"])


def _in_words(predicate: Predicate) -> str:
    match = {
        name: value.value if hasattr(value, "value") else value
        for name, value in predicate.match.model_dump(exclude_none=True).items()
    }
    details = ", ".join(f"{name} {value}" for name, value in match.items())
    about = f" of {details}" if details else f" {predicate.id}" if predicate.id else ""
    return f"{predicate.count} x {predicate.kind}{about}"
