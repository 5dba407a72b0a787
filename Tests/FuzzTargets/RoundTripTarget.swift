// SPDX-License-Identifier: Apache-2.0

internal import FlowTesting
internal import IPFIX

/// The octets choose templates, records and the transport; what is written is read back the same, nothing lost and nothing too long.
enum RoundTripTarget {
    static func run(_ octets: [UInt8]) {
        var source = OctetSource(octets)
        var session = RoundTrip(using: &source)
        repeat { session.step(using: &source) } while source.isDriven && session.steps < 500
        session.finish()
    }
}

private struct RoundTrip {
    private let export: RandomExport
    private let isDatagram: Bool
    private var writer: MessageWriter
    private var decoder: MessageDecoder
    private var file = MessageFileWriter()
    private var now = Timestamp(seconds: 1_800_000_000)
    private var sent: [RandomExport.Record] = []
    private var read: [(templateID: UInt16, values: [[UInt8]])] = []
    private(set) var steps = 0

    init(using source: inout OctetSource) {
        export = RandomExport(using: &source)
        isDatagram = Bool.random(using: &source)
        let lengths = [512, 1400, 16_384, 65_535], alignments = [1, 4, 8]
        let messages = Int.random(in: 1...8, using: &source)
        writer = MessageWriter(
            observationDomainID: 1, rule: isDatagram ? .repeated(every: .seconds(600), messages: messages) : .once,
            maximumLength: lengths[Int.random(in: lengths.indices, using: &source)],
            alignment: alignments[Int.random(in: alignments.indices, using: &source)],
            sequenceNumber: UInt32.random(in: 0 ... .max, using: &source))
        decoder = MessageDecoder(isDatagram: isDatagram)
        for template in export.templates { add(template) }
    }

    mutating func step(using source: inout OctetSource) {
        steps += 1
        now = now + .seconds(Int64.random(in: 0...400, using: &source))
        switch Int.random(in: 0..<16, using: &source) {
        case 0: deliver(writer.flush(at: now))
        case 1: replaceTemplate(using: &source)
        default: append(export.record(using: &source))
        }
    }

    mutating func finish() {
        deliver(writer.flush(at: now))
        precondition(read.count == sent.count, "\(sent.count) records were sent and \(read.count) read")
        for (record, read) in zip(sent, read) {
            precondition(record.templateID == read.templateID && record.values == read.values, "a record came back as another")
        }
        let statistics = decoder.statistics
        precondition(statistics.malformed.total == 0 && statistics.setsWithoutTemplate == 0, "what was written is malformed")
        precondition(
            statistics.sequence == SequenceStatistics(received: UInt64(sent.count)), "sequence numbers do not count records")
        precondition(statistics.dataRecords + statistics.optionsRecords == UInt64(sent.count), "records are counted wrongly")
    }

    private mutating func add(_ template: Template) {
        do throws(EncodingError) {
            try writer.add(template)
        } catch {
            guard case .templateTooLong(_, let octets, let maximum) = error else { preconditionFailure("\(error)") }
            precondition(octets > maximum - 24, "a template that fits was refused")
        }
    }

    private mutating func append(_ record: RandomExport.Record) {
        do throws(EncodingError) {
            deliver(try writer.append(record.octets, of: record.templateID, at: now))
            sent.append(record)
        } catch {
            switch error {
            case .recordTooLong(_, let octets, let maximum):
                precondition(octets == record.octets.count && octets > maximum - 28, "a record that fits was refused")
            case .unknownTemplate(let id): precondition(!writer.templates.contains { $0.id == id }, "a template was forgotten")
            case .templateTooLong, .badTemplateID: preconditionFailure("\(error)")
            }
        }
    }

    private mutating func replaceTemplate(using source: inout OctetSource) {
        let template = export.templates[Int.random(in: export.templates.indices, using: &source)]
        guard let messages = try? writer.withdraw(template.id, at: now) else { return }
        deliver(messages)
        add(template)
    }

    private mutating func deliver(_ messages: [[UInt8]]) {
        for octets in messages {
            precondition(octets.count <= writer.maximumLength, "a message is too long")
            guard let message = try? decoder.decode(octets, at: now), (try? file.append(octets)) != nil else {
                preconditionFailure("what was written cannot be read")
            }
            precondition(MessageFileReader.items(of: file.takeOctets()) == [.message(octets, offset: 0)], "a file has other messages")
            for set in message.dataSets { read(set, in: octets) }
        }
    }

    private mutating func read(_ set: DataSet, in octets: [UInt8]) {
        precondition(export.templates.contains(set.template), "a template came back as another")
        var position = set.body.lowerBound
        for _ in 0..<set.recordCount {
            let values = set.template.occupiedFields.map { field -> [UInt8] in
                // The span is the array's, which lives through the call.
                guard let range = field.range(in: unsafe octets.span.bytes, at: position, end: set.body.upperBound) else {
                    preconditionFailure("a record reaches beyond its set")
                }
                position = range.upperBound
                return Array(octets[range])
            }
            read.append((set.template.id, values))
        }
    }
}
