"""A certificate authority of one's own: clients verify the simulator as they verify the venue."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from venueproof_core.errors import ConfigurationError

CERTIFICATE, KEY = "authority.pem", "authority-key.pem"
NAMES = ("localhost", "127.0.0.1", "::1")


@contextmanager
def serving(folder: Path | None, host: str) -> Iterator[tuple[ssl.SSLContext, Path]]:
    """What a server needs, and the path of the certificate that its clients are to trust.

    Args:
        folder: Where the authority is kept and found again; ``None`` is a new one, which is gone afterwards.
        host: What the server listens on, beside this machine's own names.

    Raises:
        ConfigurationError: The folder cannot be used, or what it holds is no authority.
    """
    if folder is not None:
        yield _context(_kept(folder), host), folder / CERTIFICATE
        return
    with tempfile.TemporaryDirectory(prefix="venueproof-tls-") as temporary:
        path = Path(temporary) / CERTIFICATE
        authority = trustme.CA()
        authority.cert_pem.write_to_path(path)
        yield _context(authority, host), path


def _kept(folder: Path) -> trustme.CA:
    certificate, key = folder / CERTIFICATE, folder / KEY
    try:
        if certificate.exists() and key.exists():
            return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(certificate)
        # Whoever has the key can be any host to those who trust the certificate.
        with open(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(authority.private_key_pem.bytes())
    except OSError as error:
        raise ConfigurationError(
            f"--tls-dir {folder}: {error.strerror}: {error.filename}; choose another folder"
        ) from error
    except ValueError as error:
        raise ConfigurationError(
            f"--tls-dir {folder}: {CERTIFICATE} and {KEY} are no authority; "
            "remove them, and new ones are made"
        ) from error
    return authority


def _context(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert(*dict.fromkeys((*NAMES, host))).configure_cert(context)
    return context
