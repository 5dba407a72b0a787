# SPDX-License-Identifier: Apache-2.0
"""Bad paths: a peer that never reads, a network that is cut, and one that loses, doubles and reorders datagrams."""
import contextlib
import random
import socket
import subprocess
import threading

# socket(7); Python has no name for it.
SO_RCVBUFFORCE = 33


@contextlib.contextmanager
def deaf_peer(port):
    """Accepts connections and never reads from them."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(16)
    accepted = []

    def accept():
        while True:
            try:
                accepted.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield accepted
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in accepted:
            connection.close()


class BadDatagrams:
    """Passes datagrams on by a seed: some are lost, some come twice, some come later than others that were sent after them."""

    def __init__(self, to, seed, loss=0.05, duplication=0.02, reordering=0.05):
        self.to, self.chance = to, random.Random(seed)
        self.loss, self.duplication, self.reordering = loss, duplication, reordering
        self.inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # What this end drops for want of time would be lost without being counted here.
        self.inside.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self.inside.bind(("127.0.0.1", 0))
        self.outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = self.inside.getsockname()[1]
        self.lost = self.doubled = self.late = 0
        self.idle = threading.Event()
        self.is_bad, self.is_open = True, True
        self.held = []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        self.inside.settimeout(0.2)
        while self.is_open:
            try:
                datagram = self.inside.recv(65536)
            except TimeoutError:
                self.release()
                self.idle.set()
                continue
            if not self.is_bad:
                self.release()
                self.send(datagram)
            elif self.chance.random() < self.loss:
                self.lost += 1
            elif self.chance.random() < self.reordering:
                self.late += 1
                self.held.append((self.chance.randrange(1, 4), datagram))
            else:
                self.send(datagram)
                if self.chance.random() < self.duplication:
                    self.doubled += 1
                    self.send(datagram)
                self.held = [(after - 1, late) for after, late in self.held]
                for after, late in self.held:
                    if after <= 0:
                        self.send(late)
                self.held = [each for each in self.held if each[0] > 0]

    def settle(self):
        """Waits until nothing is on the way any more."""
        self.idle.clear()
        self.idle.wait(30)

    def release(self):
        for _, late in self.held:
            self.send(late)
        self.held = []

    def send(self, datagram):
        self.outside.sendto(datagram, self.to)

    def close(self):
        self.is_open = False
        self.thread.join()
        self.inside.close()
        self.outside.close()


class CutNetwork:
    """Two network namespaces with a cable between them that can be pulled."""

    def __init__(self, name):
        self.near, self.far = f"{name}-near", f"{name}-far"
        self.cable = f"{name[:8]}0"

    def __enter__(self):
        self.remove()
        for place in (self.near, self.far):
            self.ip("netns", "add", place)
            self.ip("-n", place, "link", "set", "lo", "up")
        self.ip("-n", self.near, "link", "add", self.cable, "type", "veth", "peer", "name", self.cable, "netns", self.far)
        for place, address in ((self.near, "192.0.2.1/24"), (self.far, "192.0.2.2/24")):
            self.ip("-n", place, "address", "add", address, "dev", self.cable)
            self.ip("-n", place, "link", "set", self.cable, "up")
        return self

    def pull(self):
        self.ip("-n", self.far, "link", "set", self.cable, "down")

    def plug(self):
        self.ip("-n", self.far, "link", "set", self.cable, "up")

    def remove(self):
        for place in (self.near, self.far):
            subprocess.run(["ip", "netns", "del", place], check=False, capture_output=True)

    def __exit__(self, *_):
        self.remove()

    @staticmethod
    def ip(*words):
        subprocess.run(["ip", *words], check=True, capture_output=True)
