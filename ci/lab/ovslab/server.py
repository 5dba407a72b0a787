# SPDX-License-Identifier: Apache-2.0
"""What runs inside a server pod: HTTP on three ports, UDP echo on two; IPv4 and IPv6 on the same sockets."""
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ovslab.addresses import DATABASE_PORT, DENIED_EGRESS_PORT, DENIED_INGRESS_PORT, ECHO_PORT, HTTP_PORT

LARGEST_BODY = 64 << 20


def serve(place):
    """Serves until the process is ended. The ports that policies deny are served too: what is denied must be the policy's doing."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = self.body()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Pod", place)
            self.end_headers()
            self.wfile.write(body)

        def body(self):
            prefix, _, number = self.path.rpartition("/")
            if prefix == "/bytes" and number.isdecimal():
                return b"x" * min(int(number), LARGEST_BODY)
            return f"hello from {place} to {self.client_address[0]}\n".encode()

        def log_message(self, *_):
            pass

    ports = [DENIED_INGRESS_PORT, *([DATABASE_PORT] if place.startswith("db") else [])]
    for port in ports:
        threading.Thread(target=DualStackServer(("::", port), Handler).serve_forever, daemon=True).start()
    for port in (ECHO_PORT, DENIED_EGRESS_PORT):
        threading.Thread(target=echo, args=(port,), daemon=True).start()
    DualStackServer(("::", HTTP_PORT), Handler).serve_forever()


class DualStackServer(ThreadingHTTPServer):
    address_family = socket.AF_INET6
    request_queue_size = 128

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        # HTTPServer's own version asks the resolver for the host's name, which a namespace without network cannot answer.
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "lab", self.server_address[1]


def echo(port):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as listener:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(("::", port))
        while True:
            datagram, peer = listener.recvfrom(65535)
            listener.sendto(datagram, peer)
