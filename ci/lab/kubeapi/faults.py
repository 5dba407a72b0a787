# SPDX-License-Identifier: Apache-2.0
"""What goes wrong on purpose."""
import collections


class Faults:
    """Set by POST /lab/…; read for every request."""

    def __init__(self, token):
        self.token = token
        self.code, self.count, self.retry_after, self.method = 500, 0, "", ""
        self.delay = 0.0
        self.drops = 0
        self.garbage = 0
        self.requests = collections.Counter()
        self.watches = 0

    def command(self, name, query, store):
        """False for a command that there is not."""
        if name == "compact":
            store.compact()
        elif name == "drop-watches":
            with store.changed:
                self.drops += 1
                store.changed.notify_all()
        elif name == "fail":
            self.code, self.count = int(query.get("code", 500)), int(query.get("count", 1))
            self.retry_after, self.method = query.get("retry-after", ""), query.get("method", "")
        elif name == "delay":
            self.delay = float(query.get("seconds", 0))
        elif name == "garbage":
            self.garbage = int(query.get("count", 1))
        elif name == "token":
            self.token = query.get("value", "")
        else:
            return name == "stats"
        return True

    def take(self, what):
        """Whether this request is to suffer a fault of which a number was asked for."""
        left = getattr(self, what)
        setattr(self, what, max(0, left - 1))
        return left > 0
