// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import IPFIX
import IPFIXTransport
import Logging
import Synchronization
import Testing

/// What go-ipfix, by which the reference collects, can read: one Set a Message, one template a Template Set, one record a Data Set, no padding.
@Suite("the exporter with the reference's profile, octet by octet")
struct ReferenceProfileTests {
    private final class Received: Sendable {
        let messages = Mutex<[[UInt8]]>([])
    }

    private static let header = 16, setHeader = 4

    /// Every message of a replayed node.
    private func messages(_ transport: Transport, _ arguments: [String]) throws -> [[UInt8]] {
        let received = Received()
        let collector = CollectingProcess(
            listening: [Endpoint(transport, host: "127.0.0.1", port: 0)], clock: { Timestamp(seconds: 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { batch in
            if case .messages(let messages) = batch.event { received.messages.withLock { $0 += messages } }
        }
        try collector.start()
        let endpoint = collector.boundEndpoints[0]
        let outcome = try Program.built("weir-exporter").run(
            [
                "--source", "replay:\(Cluster.recordings)/node1", "--node-name", "node1", "--rules", "\(Cluster.recordings)/rules.yaml",
                "--collector", "\(endpoint)", "--insecure",
            ] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        collector.stop()
        return received.messages.withLock { $0 }
    }

    private func number(_ octets: ArraySlice<UInt8>) -> Int { octets.reduce(0) { $0 << 8 | Int($1) } }

    /// Field lengths of a Template Set with one template, by its id; nil when there is anything else in it.
    private func soleTemplate(_ set: ArraySlice<UInt8>) -> (id: Int, lengths: [Int])? {
        var at = set.startIndex + Self.setHeader
        let id = number(set[at..<at + 2]), count = number(set[at + 2..<at + 4])
        at += 4
        var lengths: [Int] = []
        for _ in 0..<count {
            guard at + 4 <= set.endIndex else { return nil }
            lengths.append(number(set[at + 2..<at + 4]))
            at += set[at] & 0x80 == 0 ? 4 : 8
        }
        return at == set.endIndex ? (id, lengths) : nil
    }

    /// Whether a Data Set holds one record of these lengths and nothing else.
    private func isOneRecord(_ set: ArraySlice<UInt8>, _ lengths: [Int]) -> Bool {
        var at = set.startIndex + Self.setHeader
        for length in lengths {
            guard at < set.endIndex else { return false }
            if length != 65_535 {
                at += length
            } else if set[at] < 255 {
                at += 1 + Int(set[at])
            } else {
                guard at + 3 <= set.endIndex else { return false }
                at += 3 + number(set[at + 1..<at + 3])
            }
        }
        return at == set.endIndex
    }

    @Test("every message is one set of one template or one record", arguments: [Transport.tcp, .udp])
    func oneEach(transport: Transport) throws {
        let messages = try messages(transport, ["--profile", "antrea"])
        var templates: [Int: [Int]] = [:]
        var records = 0
        for (index, message) in messages.enumerated() {
            #expect(number(message[0..<2]) == 10 && number(message[2..<4]) == message.count)
            // RFC 7011 §3.1: the sequence number counts Data Records, and is that of the first of the Message.
            #expect(number(message[8..<12]) == records)
            let set = message[Self.header...]
            #expect(number(set[18..<20]) == set.count, "message \(index) has more than one set, or padding behind it")
            let id = number(set[16..<18])
            if id == 2 {
                let sole = try #require(soleTemplate(set), "message \(index) has more than one template")
                templates[sole.id] = sole.lengths
            } else {
                let lengths = try #require(templates[id], "message \(index) comes before its template")
                #expect(isOneRecord(set, lengths), "message \(index) has more than one record")
                records += 1
            }
        }
        #expect(templates.keys.sorted() == [256, 257] && templates.values.allSatisfy { $0.count == 43 })
        #expect(records > 10)
    }

    @Test("without the profile records are packed")
    func packed() throws {
        let messages = try messages(.tcp, [])
        let sequence = messages.map { number($0[8..<12]) }
        #expect(zip(sequence, sequence.dropFirst()).contains { $1 - $0 > 1 })
    }
}
