"""TLS: one end of a secured connection. Bytes in, bytes out; plaintext out and in.

The version is TLS 1.2 (RFC 5246).

The handshake and the records are real: Python's module ssl (OpenSSL) makes them, over two buffers
in memory. It is loaded when the first TLS connection begins; visits by http:// never need it. Both
ends speak TLS 1.2, the newest version of a Classic balancer's predefined policies, whose handshake
shows the certificate in the clear. Session tickets are off: every connection has a handshake of its
own.

The one exception to "same seed, same bytes": OpenSSL draws its own random numbers. And its objects
cannot be copied: a copy of a network knows certificates (paths), not the TLS connections that are
open, and says so. Left out: TLS 1.3, client certificates, renegotiation, resumption, ALPN, several
certificates for one port.
"""

from __future__ import annotations

from vpcedu.lacking import Lacking
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ssl import SSLContext
    from typing import Any

DEMONSTRATION = "demonstration"  # instead of a path: the certificate that comes with the course
MISSING = (
    "TLS needs Python's module ssl, and this Python was built without it: expected a Python with "
    "OpenSSL (visits by http:// need none)"
)

# OpenSSL's codes (x509_vfy.h) of what is wrong with the other end's certificate, in words.
UNTRUSTED = dict.fromkeys((18, 19, 20, 21), "certificate not trusted")
WRONG = {
    **UNTRUSTED,
    9: "certificate not valid yet",
    10: "certificate expired",
    62: "certificate for another name",
    64: "certificate for another name",
}


class Slot:
    """Holds what cannot be copied; a copy of it is empty.

    RuntimeError where somebody asks for the content of a copy.
    """

    def __init__(self, content: Any = None) -> None:
        self._content = content

    @property
    def content(self) -> Any:
        """What it holds."""
        if self._content is None:
            raise RuntimeError(
                "this TLS connection cannot go on in a copy of the network, because OpenSSL's keys are not "
                "copied; copy the network before the TLS handshake"
            )
        return self._content

    def __deepcopy__(self, memo: Any) -> Slot:
        return Slot()

    def __reduce__(self) -> tuple[type[Slot], tuple[()]]:
        return Slot, ()


class Server(NamedRow):
    """How a server ends TLS.

    The path of one PEM file with its certificate and private key, or DEMONSTRATION.
    """

    certificate: str

    @property
    def passive(self) -> bool:
        """It secures the connections that others open."""
        return True

    def begin(self) -> Tls:
        """The server's end of a new connection.

        OSError or ssl.SSLError where the file does not hold a certificate and its key.
        """
        context = _context("PROTOCOL_TLS_SERVER")
        context.load_cert_chain(path(self.certificate))
        return Tls(context, None)


class Client(NamedRow):
    """How a client begins TLS: the name it wants to reach, and whom it trusts.

    The name is sent as SNI. `trust` is the path of the certificates it trusts, DEMONSTRATION, or
    None where it trusts nobody.
    """

    name: str
    trust: str | None

    @property
    def passive(self) -> bool:
        """It secures the connections that its own host opens."""
        return False

    def begin(self) -> Tls:
        """The client's end of a new connection.

        OSError or ssl.SSLError where the file holds no certificates.
        """
        context = _context("PROTOCOL_TLS_CLIENT")  # checks the certificate and its name
        if self.trust is not None:
            context.load_verify_locations(path(self.trust))
        return Tls(context, self.name)


class Tls:
    """One end; `name` is the server that a client asks for, None makes it the server's end."""

    def __init__(self, context: SSLContext, name: str | None) -> None:
        ssl = library()
        into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            engine = context.wrap_bio(into, out, server_side=name is None, server_hostname=name)
        except NotImplementedError:  # Pyodide's module ssl is an empty one
            raise Lacking(MISSING) from None
        self._slot = Slot((engine, into, out))
        self.stands = self.ended = (
            False  # the handshake is done; the other end said that it sends no more
        )

    def receive(self, data: bytes) -> list[tuple[str, Any]]:
        """Take bytes from the other end (none: let a client begin); return what happened.

        In order: ("handshake done", None), ("data", plaintext), ("end of data", None), ("failed",
        why, in words).
        """
        engine, into, _ = self._slot.content
        ssl = library()
        happened: list[tuple[str, Any]] = []
        into.write(data)
        try:
            if not self.stands:
                engine.do_handshake()
                self.stands = True
                happened.append(("handshake done", None))
            while plain := engine.read(65_536):
                happened.append(("data", plain))
            self._end(happened)
        except ssl.SSLWantReadError:
            pass  # a record is not complete yet
        except ssl.SSLZeroReturnError:
            self._end(happened)
        except ssl.SSLCertVerificationError as error:
            happened.append(("failed", WRONG.get(error.verify_code, "certificate refused")))
        except ssl.SSLError as error:
            happened.append(
                ("failed", "TLS alert" if "ALERT" in (error.reason or "") else "TLS failed")
            )
        return happened

    def send(self, plain: bytes) -> None:
        """Put plaintext into records; RuntimeError before the handshake is done."""
        if not self.stands:
            raise RuntimeError("TLS handshake not done: expected no data to send before")
        engine, _, _ = self._slot.content
        while plain:
            plain = plain[engine.write(plain) :]

    def close(self) -> None:
        """Say close_notify, where there was a handshake: this end sends no more."""
        engine, _, _ = self._slot.content
        if self.stands:
            try:
                engine.unwrap()
            except library().SSLError:
                return  # the other end's close_notify has not come: nobody waits for it

    def take_sent(self) -> bytes:
        """The bytes for the other end, once."""
        _, _, out = self._slot.content
        return bytes(out.read())

    def _end(self, happened: list[tuple[str, Any]]) -> None:
        if not self.ended:
            self.ended = True
            happened.append(("end of data", None))


def library() -> Any:
    """The module ssl, loaded now; Lacking where this Python has none."""
    try:
        import ssl
    except ImportError:
        raise Lacking(MISSING) from None
    return ssl


def path(certificate: str) -> str:
    """Where a certificate's file is."""
    if certificate != DEMONSTRATION:
        return certificate
    from os.path import dirname, join

    return join(dirname(__file__), "demonstration.pem")


def _context(protocol: str) -> SSLContext:
    ssl = library()
    context: SSLContext = ssl.SSLContext(getattr(ssl, protocol))
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    return context
