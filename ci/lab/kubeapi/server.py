# SPDX-License-Identifier: Apache-2.0
"""HTTP: lists in pages, watches with bookmarks, changes, and the commands of the lab."""
import base64
import contextlib
import json
import ssl
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from kubeapi.store import KINDS, Refusal

EXPIRED = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter."
NOT_FOUND = Refusal(404, "NotFound", "the server could not find the requested resource")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address, store, faults, bookmark_seconds):
        super().__init__(address, Handler)
        self.store, self.faults, self.bookmark_seconds = store, faults, bookmark_seconds

    def handle_error(self, request, client_address):
        """Clients come and go."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """A double is quiet."""

    def do_GET(self):
        self.answer()

    do_POST = do_PATCH = do_DELETE = do_GET

    def answer(self):
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        parts = [part for part in url.path.split("/") if part]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        faults = self.server.faults
        try:
            if parts[:1] == ["lab"]:
                return self.lab("".join(parts[1:]), query)
            time.sleep(faults.delay)
            if self.command.startswith(faults.method) and faults.take("count"):
                return self.send(faults.code, Refusal(faults.code, "Injected", "injected by /lab/fail").body, faults.retry_after)
            if faults.take("garbage"):
                return self.send_text(200, '{"kind":"PodList","items":[{"metadata":\x00')
            if faults.token and self.headers.get("Authorization") != "Bearer " + faults.token:
                raise Refusal(401, "Unauthorized", "Unauthorized")
            self.api(parts, query, body)
        except Refusal as refusal:
            self.send(refusal.code, refusal.body)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    def send(self, code, value, retry_after=""):
        self.send_text(code, json.dumps(value, separators=(",", ":")), retry_after)

    def send_text(self, code, text, retry_after=""):
        octets = text.encode() + b"\n"
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(octets)

    def lab(self, command, query):
        if not self.server.faults.command(command, query, self.server.store):
            raise Refusal(404, "NotFound", "no such lab command")
        self.send(200, {"revision": self.server.store.revision, "requests": dict(self.server.faults.requests), "watches": self.server.faults.watches})

    def api(self, parts, query, body):
        """/api/v1/PLURAL, /api/v1/PLURAL/NAME and both below namespaces/NAMESPACE."""
        if parts[:2] != ["api", "v1"]:
            raise NOT_FOUND
        rest, namespace = parts[2:], ""
        if rest[:1] == ["namespaces"] and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        if not rest or rest[0] not in KINDS:
            raise NOT_FOUND
        plural, name = rest[0], rest[1] if len(rest) > 1 else ""
        self.server.faults.requests[f"{self.command} {plural}"] += 1
        store = self.server.store
        if self.command == "GET" and not name:
            return self.watch(plural, query) if query.get("watch") in ("true", "1") else self.list(plural, query)
        if self.command == "GET":
            return self.send(200, store.get(plural, namespace, name))
        if self.command == "DELETE":
            return self.send(200, store.delete(plural, namespace, name))
        new = json.loads(body)
        if self.command == "PATCH":
            new = merged(store.get(plural, namespace, name), new)
        elif namespace:
            new.setdefault("metadata", {}).setdefault("namespace", namespace)
        return self.send(201 if self.command == "POST" else 200, store.put(plural, new))

    def list(self, plural, query):
        store, limit, start = self.server.store, int(query.get("limit") or 0), None
        with store.changed:
            revision = store.revision
            if query.get("continue"):
                start, revision = read_token(query["continue"])
                if revision < store.compacted:
                    raise Refusal(410, "Expired", EXPIRED, {"continue": token(start, -1)})
            keys = sorted(key for key in store.texts[plural] if start is None or key > start)
            page = keys[:limit] if limit else keys
            items = [store.texts[plural][key] for key in page]
        metadata = {"resourceVersion": str(revision)}
        if len(page) < len(keys):
            metadata.update({"continue": token(page[-1], revision), "remainingItemCount": len(keys) - len(page)})
        head = json.dumps({"kind": KINDS[plural][0] + "List", "apiVersion": "v1", "metadata": metadata}, separators=(",", ":"))
        self.send_text(200, f'{head[:-1]},"items":[{",".join(items)}]}}')

    def watch(self, plural, query):
        store, faults = self.server.store, self.server.faults
        position = int(query.get("resourceVersion") or store.revision)
        end = time.monotonic() + float(query.get("timeoutSeconds") or 1800)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        faults.watches += 1
        try:
            self.stream(plural, position, end, faults.drops)
        finally:
            faults.watches -= 1

    def stream(self, plural, position, end, drops):
        store, faults, pause = self.server.store, self.server.faults, self.server.bookmark_seconds
        mark = time.monotonic() + pause
        while time.monotonic() < end:
            with store.changed:
                if not self.has_news(plural, position) and faults.drops == drops:
                    store.changed.wait(max(0.01, min(1.0, end - time.monotonic(), mark - time.monotonic())))
                events = [event for event in store.events[plural] if event.revision > position]
                oldest, revision = store.first[plural], store.revision
            if faults.drops != drops:
                # As a load balancer does it: no last chunk, no farewell.
                self.close_connection = True
                return
            if position < oldest:
                self.chunk("ERROR", Refusal(410, "Expired", f"too old resource version: {position} ({revision})").body)
                break
            for event in events:
                self.chunk(event.kind, event.object)
                position = event.revision
            if time.monotonic() >= mark:
                self.bookmark(plural, revision)
                position, mark = max(position, revision), time.monotonic() + pause
        self.wfile.write(b"0\r\n\r\n")

    def has_news(self, plural, position):
        events = self.server.store.events[plural]
        return position < self.server.store.first[plural] or bool(events) and events[-1].revision > position

    def bookmark(self, plural, revision):
        self.chunk("BOOKMARK", {"kind": KINDS[plural][0], "apiVersion": "v1", "metadata": {"resourceVersion": str(revision)}, "spec": {}, "status": {}})

    def chunk(self, kind, value):
        octets = json.dumps({"type": kind, "object": value}, separators=(",", ":")).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(octets), octets))
        self.wfile.flush()


def token(start, revision):
    return base64.urlsafe_b64encode(json.dumps([*start, revision]).encode()).decode().rstrip("=")


def read_token(text):
    with contextlib.suppress(ValueError):
        namespace, name, revision = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return (namespace, name), revision
    raise Refusal(400, "BadRequest", "continue key is not valid")


def merged(old, patch):
    """RFC 7396."""
    if not isinstance(old, dict) or not isinstance(patch, dict):
        return patch
    new = dict(old)
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        else:
            new[key] = merged(new.get(key, {}), value)
    return new
