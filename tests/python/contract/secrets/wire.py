"""A server of bare bytes: keeps what came, and answers what no orderly server would."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable

Reply = Callable[[bytes], bytes]


def closing(_: bytes) -> bytes:
    """No answer."""
    return b""


def answer(status: str, body: bytes = b"", *headers: bytes) -> bytes:
    """An answer, after which the connection ends."""
    lines = [f"HTTP/1.1 {status}".encode("latin-1"), b"Connection: close", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class Wire:
    """A server on loopback, one answer per connection; a context manager.

    Args:
        reply: From the request's bytes to those of the answer.

    Attributes:
        received: The bytes of each request, in the order in which they came.
    """

    def __init__(self, reply: Reply = closing) -> None:
        self._reply = reply
        self.received: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a connection
        self._socket.close()
        self._thread.join(5)

    @property
    def netloc(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://{self.netloc}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                data = _request(connection)
                self.received.append(data)
                connection.sendall(self._reply(data))


def _request(connection: socket.socket) -> bytes:
    """A request: its head, and the body that it announces."""
    data = b""
    try:
        while b"\r\n\r\n" not in data and (more := connection.recv(65536)):
            data += more
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", data)
        size = data.find(b"\r\n\r\n") + 4 + int(length[1] if length else 0)
        while len(data) < size and (more := connection.recv(65536)):
            data += more
    except TimeoutError:
        pass
    return data
