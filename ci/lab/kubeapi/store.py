# SPDX-License-Identifier: Apache-2.0
"""Objects by kind, and the history of their changes from which watches are served."""
import collections
import json
import threading
import time
import uuid

# Plural, as in paths: the object's kind, and whether it lies in a namespace.
KINDS = {"pods": ("Pod", True), "services": ("Service", True), "nodes": ("Node", False)}

Event = collections.namedtuple("Event", "revision kind object")


class Refusal(Exception):
    """An answer with a Status (meta/v1)."""

    def __init__(self, code, reason, message, metadata=None, **more):
        super().__init__(message)
        self.code = code
        self.body = {"kind": "Status", "apiVersion": "v1", "metadata": metadata or {}, "status": "Failure", "message": message, "reason": reason,
                     **more, "code": code}


class Store:
    """Objects are never changed in place, so whoever has one may keep it without the lock."""

    def __init__(self, history):
        self.changed = threading.Condition()
        self.revision, self.compacted = 1, 0
        self.objects = {plural: {} for plural in KINDS}
        self.texts = {plural: {} for plural in KINDS}
        self.events = {plural: collections.deque(maxlen=history) for plural in KINDS}
        # Watches of a kind can start after this revision.
        self.first = dict.fromkeys(KINDS, 0)

    def get(self, plural, namespace, name):
        found = self.objects[plural].get((namespace, name))
        if found is None:
            raise Refusal(404, "NotFound", f'{plural} "{name}" not found', details={"name": name, "kind": plural})
        return found

    def put(self, plural, new):
        """Creates or replaces; gives it what a server gives an object."""
        kind, is_namespaced = KINDS[plural]
        metadata = new.setdefault("metadata", {})
        key = (metadata.setdefault("namespace", "default") if is_namespaced else "", metadata["name"])
        with self.changed:
            old = self.objects[plural].get(key)
            metadata["uid"] = old["metadata"]["uid"] if old else metadata.get("uid") or str(uuid.uuid4())
            created = old["metadata"]["creationTimestamp"] if old else metadata.get("creationTimestamp")
            metadata["creationTimestamp"] = created or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self.revision += 1
            metadata["resourceVersion"] = str(self.revision)
            new.pop("kind", None)
            new.pop("apiVersion", None)
            self.objects[plural][key] = new
            self.texts[plural][key] = json.dumps(new, separators=(",", ":"))
            self._note(plural, "MODIFIED" if old else "ADDED", dict({"kind": kind, "apiVersion": "v1"}, **new))
            return new

    def delete(self, plural, namespace, name):
        with self.changed:
            self.get(plural, namespace, name)
            old = self.objects[plural].pop((namespace, name))
            del self.texts[plural][(namespace, name)]
            self.revision += 1
            last = dict({"kind": KINDS[plural][0], "apiVersion": "v1"}, **old)
            last["metadata"] = dict(old["metadata"], resourceVersion=str(self.revision))
            self._note(plural, "DELETED", last)
            return last

    def _note(self, plural, event, new):
        events = self.events[plural]
        if len(events) == events.maxlen:
            self.first[plural] = events[0].revision
        events.append(Event(self.revision, event, new))
        self.changed.notify_all()

    def compact(self):
        """Forgets the history: older revisions and continue tokens are gone."""
        with self.changed:
            self.compacted = self.revision
            for plural in KINDS:
                self.events[plural].clear()
                self.first[plural] = self.revision
            self.changed.notify_all()
