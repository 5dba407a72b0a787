#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The checks' tools from PyPI, at the exact versions and hashes of ci/requirements.txt, in .venv-ci at the top of the repository.
# Installed at first use, and again when the file changes. To be sourced for ci_tool, or run:
#
#   ci/tools.sh ruff       prints the path of that tool
#
# WEIR_CI_TOOLS names another folder than .venv-ci, to share one between checkouts.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools_folder="${WEIR_CI_TOOLS:-$repository/.venv-ci}"

# What must be true of an installation: a venv cannot be moved.
tools_stamp() {
    printf '# %s\n' "$tools_folder"
    cat "$repository/ci/requirements.txt"
}

tools_are_there() { [ -x "$tools_folder/bin/python3" ] && tools_stamp | cmp -s - "$tools_folder/stamp"; }

install_tools() (
    mkdir -p "$tools_folder"
    exec 9>"$tools_folder/lock"
    flock 9 # another check may be installing them
    tools_are_there && exit 0
    command -v python3 >/dev/null || install_packages python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    say "installing the tools of ci/requirements.txt into $tools_folder"
    # Wheels only: nothing of a package runs while it is installed.
    if ! { python3 -m venv "$tools_folder" &&
        "$tools_folder/bin/python3" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
            --requirement "$repository/ci/requirements.txt"; } >&2; then
        say "could not install the tools of ci/requirements.txt; is PyPI reachable?"
        exit 2
    fi
    tools_stamp >"$tools_folder/stamp"
)

# Prints the path of a tool of ci/requirements.txt.
ci_tool() {
    tools_are_there || install_tools || exit 2
    if [ ! -x "$tools_folder/bin/$1" ]; then
        say "$1 is not a tool of ci/requirements.txt"
        exit 2
    fi
    printf '%s\n' "$tools_folder/bin/$1"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    if [ $# -ne 1 ]; then
        say "usage: ci/tools.sh NAME"
        exit 2
    fi
    ci_tool "$1"
fi
