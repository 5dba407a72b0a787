# SPDX-License-Identifier: Apache-2.0
"""Package.swift as SwiftPM reads it. Needs swift, resolves and builds nothing."""
import json
import os
import shutil
import subprocess

import checking


class Target:
    def __init__(self, description):
        self.name = description["name"]
        self.kind = description["type"]
        default = "Tests" if self.kind == "test" else "Sources"
        self.path = os.path.normpath(description.get("path") or f"{default}/{self.name}")
        self.dependencies = [dependency.get("byName", dependency.get("product", dependency.get("target")))[0] for dependency in description["dependencies"]]
        self.module = module_name(self.name)


def module_name(name):
    return name.replace("-", "_").replace(".", "_")


def targets(folder=""):
    """The targets of the package in a folder of the repository, by name."""
    return {description["name"]: Target(description) for description in manifest(folder)["targets"]}


def products(folder=""):
    """The names of the targets that each product of the package in a folder of the repository brings along."""
    return {description["name"]: description["targets"] for description in manifest(folder)["products"]}


def manifest(folder):
    if not shutil.which("swift"):
        raise checking.CannotRun("swift is not on the PATH; Weir needs Swift 6.2 or newer: https://www.swift.org/install/linux/")
    # Within a hook git's variables are set, and SwiftPM runs git in other repositories.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # --ignore-lock: it only reads the manifest, and need not wait for a build.
    words = ["swift", "package", "--ignore-lock", "--package-path", os.fspath(checking.REPOSITORY / folder), "dump-package"]
    result = subprocess.run(words, cwd=checking.REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise checking.CannotRun(f"swift package dump-package failed in {folder or '.'}: {result.stderr.strip()}")
    return json.loads(result.stdout)
