// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

@testable import Conntrack

/// Makes the kernel keep `connections` in the calling thread's network namespace, without any traffic.
func insert(_ connections: [Connection]) throws {
    let socket = try NetfilterSocket(timeout: .seconds(5))
    for connection in connections {
        let progress = try exchange(EntryWriter.insertion(connection), over: socket)
        guard progress == .done else { throw NotInserted(connection: connection, progress: progress) }
    }
}

struct NotInserted: Error, CustomStringConvertible {
    let connection: Connection
    let progress: ConntrackMessageParser.Progress
    var description: String { "the kernel did not take the entry \(connection): \(progress)" }
}

/// Compares all that was asked for, in any order, and that the kernel added id, counters and start time.
func expectSame(_ connections: [Connection], _ inserted: [Connection], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(connections.count == inserted.count, sourceLocation: sourceLocation)
    for expected in inserted {
        guard let actual = connections.first(where: { $0.zone == expected.zone && $0.original == expected.original }) else {
            Issue.record("\(expected.original) of zone \(expected.zone) did not come back", sourceLocation: sourceLocation)
            continue
        }
        #expect(actual.id != nil && actual.start != nil && actual.stop == nil, sourceLocation: sourceLocation)
        #expect(actual.counters == Connection.Counters(), sourceLocation: sourceLocation)
        #expect((590...600).contains(actual.timeoutSeconds ?? 0), sourceLocation: sourceLocation)
        var complete = expected
        complete.id = actual.id
        complete.start = actual.start
        complete.counters = actual.counters
        complete.timeoutSeconds = actual.timeoutSeconds
        #expect(actual == complete, sourceLocation: sourceLocation)
    }
}

extension Connection {
    static var insertableV6: Connection {
        var connection = sampleV6()
        connection.id = nil
        connection.counters = nil
        connection.start = nil
        connection.timeoutSeconds = 600
        return connection
    }

    /// An ICMP echo exchange, whose reply has another type.
    static var echo: Connection {
        let source = IPAddress(v4: 0x0A0A_0102), destination = IPAddress(v4: 0x0A0A_0101)
        return Connection(
            original: Tuple(source: source, destination: destination, icmp: ICMP(identifier: 0x1234, type: 8, code: 0)),
            reply: Tuple(source: destination, destination: source, icmp: ICMP(identifier: 0x1234, type: 0, code: 0)),
            protocolIdentifier: 1, zone: 65520, status: [.seenReply, .confirmed], timeoutSeconds: 600)
    }
}
