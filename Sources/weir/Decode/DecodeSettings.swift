// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// How files are to be read.
struct DecodeSettings {
    var registry: InformationElementRegistry
    /// Destination ports whose payloads are read; empty for all that look like IPFIX or NetFlow v9.
    var ports: Set<UInt16> = []
    var includesOptions = false
}
