"""Connecting: look the name up and try its addresses, so that a watch can end it at any moment."""

from __future__ import annotations

import errno
import ipaddress
import os
import queue
import selectors
import socket
import threading
from typing import Any

from drconsole.platforms.hyperv.watch import BrokenOff, Watch


class NotFound(Exception):
    """The name of the host has no address; the argument is the system's word for it."""


class NotConnected(Exception):
    """No address of the host took the connection; the argument is the system's word for it."""


def dial(host: str, port: int, watch: Watch) -> socket.socket:
    """Connect to the first address of ``host`` that takes it, sharing the time that is left among them.

    Raises:
        NotFound, NotConnected, BrokenOff.
    """
    last = "no address"
    # A kept connection may have been the one before.
    watch.connected = False
    found = addresses(host, port, watch)
    for index, (family, kind, protocol, _, address) in enumerate(found):
        others = len(found) - index - 1
        sock = socket.socket(family, kind, protocol)
        try:
            _connect(sock, address, watch.left / (others + 1) if others else watch.patience, watch)
        except OSError as error:
            sock.close()
            last = error.strerror or str(error)
        except BrokenOff:
            sock.close()
            raise
        else:
            return sock
    watch.check()
    raise NotConnected(last)


def _connect(sock: socket.socket, address: Any, limit_s: float, watch: Watch) -> None:
    """Connect, so that the watch can end it at any moment: a socket that is not connected yet cannot be
    shut down everywhere, so what is waited for is it or a sign of the watch.

    Raises:
        OSError, BrokenOff.
    """
    sign, signal = socket.socketpair()
    with sign, signal, selectors.DefaultSelector() as selector:
        watch.on_break(lambda: signal.send(b"."))
        sock.setblocking(False)
        code = sock.connect_ex(address)
        if code in (errno.EINPROGRESS, errno.EWOULDBLOCK):
            selector.register(sign, selectors.EVENT_READ)
            selector.register(sock, selectors.EVENT_WRITE)
            code = errno.ETIMEDOUT if not selector.select(limit_s) else 0
            watch.check()
            code = code or sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
    watch.connected = True
    watch.guard(sock)
    sock.settimeout(watch.patience)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def addresses(host: str, port: int, watch: Watch) -> list[tuple[Any, ...]]:
    """Look a host's addresses up, in a thread of its own where that asks the network.

    The system's look-up cannot be broken off; a thread that waits for it can be left behind.

    Raises:
        NotFound, BrokenOff.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        answers: queue.SimpleQueue[list[tuple[Any, ...]] | str | None] = queue.SimpleQueue()
        watch.on_break(lambda: answers.put(None))
        threading.Thread(
            target=lambda: answers.put(_look_up(host, port)), name="hyperv-look-up", daemon=True
        ).start()
        answer = answers.get()
    else:
        answer = _look_up(host, port)
    watch.check()
    if isinstance(answer, list):
        return answer
    raise NotFound(answer)


def _look_up(host: str, port: int) -> list[tuple[Any, ...]] | str:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except OSError as error:
        return error.strerror or str(error)
    except UnicodeError:
        return "not a host name"
