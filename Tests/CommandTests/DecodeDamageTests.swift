// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

/// What is told of captures and files that are damaged, disordered or incomplete, and that the rest of them is read.
@Suite struct DecodeDamageTests {
    private let files = DecodeFiles()
    private let start = DecodeFiles.message(DecodeFiles.template, number: 0)

    private func decode(_ arguments: String..., input: String = "") throws -> Program.Outcome {
        try Program.built("weir").run(["decode"] + arguments, input: input, in: files.folder)
    }

    /// The octet counts of the records that are shown.
    private func records(_ outcome: Program.Outcome) -> [Int] {
        outcome.output.split(whereSeparator: \.isNewline).compactMap { line in
            line.split(separator: ":").last.flatMap { Int($0.dropLast()) }
        }
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let name: String
        /// Between the template and the last message.
        let messages: [[UInt8]]
        let records: [Int]
        let told: String
        let cause: String

        var testDescription: String { name }
    }

    /// A header that claims another length than the message has.
    private static func claiming(_ length: Int, _ message: [UInt8]) -> [UInt8] {
        message[..<2] + Wire.octets(UInt16(length)) + message[4...]
    }

    static let damages: [Damage] = [
        Damage(
            name: "a set of no length", messages: [DecodeFiles.message([1, 0, 0, 0] + DecodeFiles.record(1), number: 0)], records: [9000],
            told: "set at offset 16: length 0 is less than its header", cause: "bad-set-length"),
        Damage(
            name: "a template that claims 1000 fields",
            messages: [DecodeFiles.message(Wire.set(2, Wire.octets(UInt16(300), UInt16(1000), UInt16(8), UInt16(4))), number: 0)],
            records: [9000], told: "template at offset 20", cause: "template-beyond-set"),
        Damage(
            name: "a set that runs past the message inside a longer datagram",
            messages: [claiming(33, DecodeFiles.message(DecodeFiles.data(1, 2, 3), number: 0))], records: [9000],
            told: "length 43 reaches beyond the message", cause: "set-beyond-message"),
        Damage(
            name: "a message shorter than its header says", messages: [claiming(100, DecodeFiles.message(DecodeFiles.data(1), number: 0))],
            records: [9000], told: "the header says 100 octets, but 33 came", cause: "cut-short"),
        Damage(
            name: "a scope count above the field count",
            messages: [
                DecodeFiles.message(Wire.set(3, Wire.octets(UInt16(400), UInt16(1), UInt16(5), UInt16(149), UInt16(4))), number: 0)
            ], records: [9000], told: "template at offset 20: scope field count 5 of 1 fields", cause: "scope-field-count"),
    ]

    @Test("a malformed message is told with its packet and cause, and those around it are read", arguments: damages)
    func malformed(damage: Damage) throws {
        files.write(capture: "a.pcap", [start] + damage.messages + [DecodeFiles.message(DecodeFiles.data(9), number: 0)])
        let outcome = try decode("a.pcap", "-o", "ndjson")
        #expect(outcome.status == 1)
        #expect(records(outcome) == damage.records)
        #expect(
            outcome.errors.contains("weir: a.pcap, packet 2, udp 192.0.2.1:50000 > 192.0.2.9:4739: malformed: ")
                && outcome.errors.contains(damage.told), "\(outcome.errors)")
        let statistics = try decode("a.pcap", "--stats", "-o", "json").output
        #expect(statistics.contains("\"malformedByCause\":{\"\(damage.cause)\":1}"), "\(statistics)")
    }

    @Test("an empty options template set is no fault")
    func emptySet() throws {
        files.write(capture: "a.pcap", [start, DecodeFiles.message(Wire.set(3, []), DecodeFiles.data(1), number: 0)])
        let outcome = try decode("a.pcap", "-o", "ndjson")
        #expect(outcome.status == 0 && records(outcome) == [1000])
        #expect(outcome.errors == "completeness: complete\n")
    }

    @Test("lost and reordered records are told apart")
    func order() throws {
        let messages = [(1, 0), (3, 2), (2, 1), (6, 5)].map { DecodeFiles.message(DecodeFiles.data($0), number: $1) }
        files.write(capture: "a.pcap", [start] + messages)
        let outcome = try decode("a.pcap", "--stats", "-o", "json")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("\"lost\":2,\"reordered\":1,\"duplicated\":0,\"malformed\":0"), "\(outcome.output)")
        #expect(outcome.errors == "weir: udp 192.0.2.1:50000 > 192.0.2.9:4739, domain 1: 2 records lost by the sequence numbers\n")
    }

    @Test("data wait for their template, and are told when it never comes")
    func templateAfterData() throws {
        let data = [1, 2].map { DecodeFiles.message(DecodeFiles.data($0), number: UInt32($0 - 1)) }
        files.write(capture: "late.pcap", data + [DecodeFiles.message(DecodeFiles.data(3), DecodeFiles.template, number: 2)])
        let late = try decode("late.pcap", "-o", "ndjson")
        #expect(late.status == 0 && records(late) == [1000, 2000, 3000])
        files.write(capture: "never.pcap", data)
        let never = try decode("never.pcap", "-o", "ndjson")
        #expect(never.status == 1 && never.output.isEmpty)
        #expect(never.errors.contains("domain 1: 2 sets without template\n"), "\(never.errors)")
        let followed = try decode("never.pcap", "-o", "ndjson", "--follow-templates", "late.pcap")
        #expect(followed.status == 0 && records(followed) == [1000, 2000])
    }

    @Test("a damaged file of messages is read on, with the offset of what is no message")
    func file() throws {
        let whole = DecodeFiles.message(DecodeFiles.data(1), number: 0)
        files.write(start + Array("garbage".utf8) + whole + whole.dropLast(3), to: "a.ipfix")
        let outcome = try decode("a.ipfix", "-o", "ndjson")
        #expect(outcome.status == 1 && records(outcome) == [1000])
        #expect(outcome.errors.contains("weir: a.ipfix, offset \(start.count): 7 octets that are no message were passed over\n"))
        let offset = start.count + 7 + whole.count
        #expect(outcome.errors.contains("weir: a.ipfix, message at offset \(offset): cut off: 30 octets of 33 are there\n"))
    }

    @Test("a capture that is cut is read to where it ends")
    func cutCapture() throws {
        files.write(Array(try Fixture.octets("ipfix/pmacct-nfprobe-ipfix-udp.pcap").dropLast(100)), to: "a.pcap")
        let outcome = try decode("a.pcap", "--stats", "-o", "json")
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("weir: a.pcap cannot be read further than packet 10: "), "\(outcome.errors)")
        #expect(outcome.output.contains("\"filesDamaged\":1"))
    }

    @Test("a thousand faults are counted, and fifty told")
    func manyFaults() throws {
        files.write(capture: "a.pcap", [start] + (0..<1000).map { _ in [0, 10, 0, 0] })
        let outcome = try decode("a.pcap", "-o", "ndjson")
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").count == 52)
        #expect(outcome.errors.hasSuffix("weir: and 950 more; --stats counts them\ncompleteness: incomplete: 1000 messages malformed\n"))
    }

    @Test("what is no capture and holds no message cannot be decoded")
    func otherFiles() throws {
        files.write(Array("hello, world".utf8), to: "text")
        files.write([], to: "empty")
        files.write([0x1F, 0x8B, 8, 0, 0, 0], to: "compressed")
        files.write(capture: "other.pcap", [Array("hello".utf8)], port: 53)
        for name in ["text", "empty", "compressed"] {
            let outcome = try decode(name)
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            #expect(outcome.errors.hasPrefix("weir: \(name) is not a capture that can be read: "), "\(outcome.errors)")
        }
        let missing = try decode("nowhere")
        #expect(missing.status == 2 && missing.errors == "weir: nowhere cannot be opened: No such file or directory\n")
        let other = try decode("other.pcap")
        #expect(other.status == 1 && other.errors == "weir: other.pcap: there is no IPFIX or NetFlow v9 in it\n")
    }
}
