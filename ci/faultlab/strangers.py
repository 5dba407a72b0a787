# SPDX-License-Identifier: Apache-2.0
"""Those who want to keep a collector from its work: silent, slow, insistent and talking nonsense."""
import contextlib
import os
import random
import socket
import ssl
import threading
import time

from .programs import REPOSITORY

HELLO = REPOSITORY / "Tests/Fixtures/tls/hello-tls.bin"
DATAGRAM_HELLO = REPOSITORY / "Tests/Fixtures/tls/hello-dtls.bin"
SLOW = 150


class Crowd:
    """Threads that go on until the block ends."""

    def __init__(self, port):
        self.place = ("127.0.0.1", port)
        self.connections = self.datagrams = 0
        self.over = threading.Event()
        self.threads = [threading.Thread(target=each, daemon=True) for each in (self.speak_slowly, self.shake_hands, self.talk_nonsense, self.greet)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def connect(self):
        self.connections += 1
        return socket.create_connection(self.place, timeout=2)

    def speak_slowly(self):
        """So many connections at a time, each an octet of a hello every half second; a third says nothing at all."""
        hello, open_sockets = HELLO.read_bytes(), []
        while not self.over.wait(0.5):
            for index, (each, said) in enumerate(open_sockets):
                with contextlib.suppress(OSError):
                    if index % 3:
                        each.send(hello[said:said + 1])
                        open_sockets[index] = (each, said + 1)
            with contextlib.suppress(OSError):
                while len(open_sockets) < SLOW:
                    open_sockets.append((self.connect(), 0))
            # The oldest give way, so that there are always new ones too.
            for each, _ in open_sockets[:20]:
                each.close()
            del open_sockets[:20]
        for each, _ in open_sockets:
            each.close()

    def shake_hands(self):
        """Handshakes without a certificate, one after another."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        while not self.over.is_set():
            with contextlib.suppress(OSError), self.connect() as plain, context.wrap_socket(plain) as secure:
                secure.settimeout(1)
                secure.recv(1)
            time.sleep(0.005)

    def talk_nonsense(self):
        chance = random.Random(1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            while not self.over.wait(0.01):
                garbage = chance.randbytes(chance.randrange(1, 1400))
                with contextlib.suppress(OSError):
                    datagrams.sendto(garbage, self.place)
                    self.datagrams += 1
                with contextlib.suppress(OSError), self.connect() as stream:
                    stream.send(garbage)

    def greet(self):
        """Hellos of DTLS from ports that never answer, and of sessions that there never were."""
        hello = DATAGRAM_HELLO.read_bytes()
        unknown = bytes([23, 0xFE, 0xFD, 0, 1]) + os.urandom(60)
        while not self.over.wait(0.002):
            with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                for octets in (hello, unknown, hello[:40]):
                    datagrams.sendto(octets, self.place)
                    self.datagrams += 1
