# SPDX-License-Identifier: Apache-2.0
"""kube-api: a double of the Kubernetes API server, for tests of what lists and watches it. Standard library only.

  kube-api --port 18080 --objects objects.json      plain HTTP on 127.0.0.1, with objects as `ovs-lab objects` prints them
  kube-api --tls DIR --token T --pods 10000         HTTPS with DIR/tls.crt and DIR/tls.key (made if they are not there), a bearer token
  kube-api --tls DIR --client-certificates          demands a client certificate that DIR/tls.crt signed

Serves pods, services and nodes: get, list (limit, continue), watch (bookmarks, timeouts), create, patch (merge), delete. Its answers were
compared with those of a real kube-apiserver 1.36 (Tests/Fixtures/kubernetes). It validates and defaults nothing.

Faults on purpose:
  POST /lab/compact                                   older revisions and continue tokens are 410 Gone from now on
  POST /lab/drop-watches                              every watch connection is cut
  POST /lab/fail?code=503&count=3[&retry-after=1&method=GET]  the next requests fail
  POST /lab/garbage?count=1                           the next requests are answered with what is not JSON
  POST /lab/delay?seconds=2                           every answer waits that long
  POST /lab/token?value=NEW                           another token is demanded
  GET  /lab/stats                                     requests by kind, open watches
"""
import argparse
import json
import os
import ssl
import subprocess
import sys

from kubeapi.faults import Faults
from kubeapi.pods import cluster
from kubeapi.server import Server
from kubeapi.store import KINDS, Store

HISTORY = 1000


def main():
    parser = argparse.ArgumentParser(prog="kube-api", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=0, help="0, the default: the system chooses; it is printed on standard error")
    parser.add_argument("--objects", metavar="FILE", help="a JSON List to begin with")
    parser.add_argument("--pods", type=int, default=0, metavar="COUNT", help="begin with so many pods, and their nodes and Services")
    parser.add_argument("--token", default="", help="the bearer token to demand")
    parser.add_argument("--tls", metavar="DIR", help="HTTPS")
    parser.add_argument("--client-certificates", action="store_true", help="demand one")
    parser.add_argument("--bookmark-seconds", type=float, default=60)
    options = parser.parse_args()
    store = Store(HISTORY)
    fill(store, options)
    server = Server((options.listen, options.port), store, Faults(options.token), options.bookmark_seconds)
    if options.tls:
        server.socket = secured(server.socket, options.tls, options.client_certificates)
    scheme = "https" if options.tls else "http"
    print(f"kube-api: serving {scheme}://{options.listen}:{server.server_port} at revision {store.revision}", file=sys.stderr, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


def fill(store, options):
    if options.objects:
        plurals = {kind: plural for plural, (kind, _) in KINDS.items()}
        with open(options.objects, encoding="utf-8") as file:
            for item in json.load(file)["items"]:
                if item["kind"] in plurals:
                    store.put(plurals[item["kind"]], item)
    for plural, item in cluster(options.pods):
        store.put(plural, item)


def secured(socket, folder, demands_certificates):
    certificate, key = os.path.join(folder, "tls.crt"), os.path.join(folder, "tls.key")
    if not os.path.exists(certificate):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                        "-subj", "/CN=kube-api", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate],
                       check=True, stderr=sys.stderr if os.environ.get("VERBOSE") else subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if demands_certificates:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificate)
    return context.wrap_socket(socket, server_side=True, do_handshake_on_connect=False)
