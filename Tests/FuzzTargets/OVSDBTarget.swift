// SPDX-License-Identifier: Apache-2.0

internal import OpenVSwitch

/// A message that is refused leaves the table as it was, and the table can always be asked.
enum OVSDBTarget {
    static func run(_ octets: [UInt8]) {
        var table = InterfaceTable()
        for message in octets.split(separator: UInt8(ascii: "\n")) {
            let before = table
            do {
                try table.apply(message: Array(message))
            } catch {
                precondition(table == before, "a refused message changed the table")
            }
            _ = table.pods
            _ = table.ports
        }
    }
}
