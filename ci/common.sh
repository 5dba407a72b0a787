# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the scripts of ci/ share: where the repository is, how to install Debian packages, timed steps with a summary.

repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

# Installs what of the named Debian packages is missing; without root, says what to install and stops with exit code 2.
install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -q '^installed$' || missing+=("$package")
    done
    [ "${#missing[@]}" -eq 0 ] && return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
            say "not root, and these packages are missing; install them, then run this again:"
            printf '  apt-get update && apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
            exit 2
        fi
        as_root=(sudo)
    fi
    say "installing: ${missing[*]}"
    "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update >/dev/null
    # libssl3 is named beside its headers: an older one than the archive's stops the installation halfway.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends "${missing[@]}" >/dev/null
}

need_swift() {
    command -v swift >/dev/null && return 0
    say "swift is not on the PATH; Weir needs Swift 6.2 or newer: https://www.swift.org/install/linux/"
    exit 2
}

build_packages=(libpcap-dev libsqlite3-dev libssl3 libssl-dev pkg-config)

step_names=()
step_seconds=()

# Runs a command as a timed step; a step that fails ends the run with the summary and exit code 1.
step() {
    local name="$1" began="$SECONDS"
    shift
    printf '\n==> %s\n' "$name"
    if "$@"; then
        step_names+=("$name")
        step_seconds+=("$((SECONDS - began))")
    else
        step_names+=("$name (FAILED)")
        step_seconds+=("$((SECONDS - began))")
        summary
        exit 1
    fi
}

summary() {
    local index
    printf '\n%8s  %s\n' seconds step
    for index in "${!step_names[@]}"; do
        printf '%8d  %s\n' "${step_seconds[$index]}" "${step_names[$index]}"
    done
    printf '%8d  in all\n' "$SECONDS"
}
