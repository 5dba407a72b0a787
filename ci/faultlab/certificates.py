# SPDX-License-Identifier: Apache-2.0
"""Authorities made by `weir certs`, and what each program has of them in a folder of its own."""
import os
import subprocess

from .programs import Failure


class Authority:
    """Issues certificates; those of nodes and of the aggregator are files NAME.crt and NAME.key of its folder."""

    def __init__(self, bench, name):
        self.bench, self.folder = bench, bench.folder / f"authority-{name}"
        self.certs("init", "--dir", self.folder, "--name", name)
        self.certificate = (self.folder / "ca.crt").read_text(encoding="ascii")

    def certs(self, *words):
        result = subprocess.run([str(word) for word in (self.bench.binaries / "weir", "certs", *words)], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Failure(f"weir certs {words[0]}: {result.stderr}")

    def pair(self, name):
        """Certificate and key, issued when they are asked for first."""
        if not (self.folder / f"{name}.crt").exists():
            kind = ["--server", "localhost", "--server", "127.0.0.1", "--output", name] if name == "aggregator" else ["--node", name]
            self.certs("issue", "--dir", self.folder, *kind)
        return [(self.folder / f"{name}.{kind}").read_text(encoding="ascii") for kind in ("crt", "key")]


class Credentials:
    """The three files of one program."""

    def __init__(self, bench, name, authority, believing=None):
        self.name, self.folder = name, bench.folder / f"certificates-{name}"
        self.folder.mkdir()
        self.believe(believing or [authority])
        self.take(authority)

    @property
    def options(self):
        return ["--tls-certificate", self.folder / "own.crt", "--tls-key", self.folder / "own.key", "--tls-ca", self.folder / "ca.crt"]

    def believe(self, authorities):
        self.write("ca.crt", "".join(each.certificate for each in authorities))

    def take(self, authority):
        certificate, key = authority.pair(self.name)
        self.write("own.key", key)
        self.write("own.crt", certificate)

    def write(self, name, text):
        """Beside the old file, then in its place."""
        fresh = self.folder / f"{name}.new"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(text)
        fresh.replace(self.folder / name)
