// SPDX-License-Identifier: Apache-2.0

internal import Metering
internal import OpenVSwitch

/// The pieces in which the text arrives make no difference, and a connection that is written is read back as what is written the same.
///
/// Not as the same connection: the parser takes parts that have no place in a connection of that protocol, and they are not written.
enum ConntrackDumpTarget {
    static func run(_ octets: [UInt8]) {
        let whole = parse([octets[...]])
        let cut = octets.first.map { Int($0) % (octets.count + 1) } ?? 0
        precondition(parse([octets[..<cut], octets[cut...]]) == whole, "cut at \(cut) the text says something else")
        let formatter = ConntrackDumpFormatter()
        for connection in whole {
            let line = formatter.line(connection)
            precondition(parse([Array(line.utf8)[...]]).map(formatter.line) == [line], "read back differently: \(line)")
        }
    }

    private static func parse(_ pieces: [ArraySlice<UInt8>]) -> [Connection] {
        var parser = ConntrackDumpParser(capacity: 4096)
        var connections: [Connection] = []
        for piece in pieces { parser.consume(Array(piece), into: &connections) }
        parser.finish(into: &connections)
        return connections
    }
}
