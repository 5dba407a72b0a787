// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct MessageFileWriterTests {
    @Test("RFC 5655: what is written is read, and the window of its flows stands at its end")
    func roundTrip() throws {
        let now = Timestamp(seconds: 1_800_000_000)
        let flow = Template(id: 256, fields: [.flowStartMilliseconds, .flowEndMilliseconds].map { FieldSpecifier($0) })
        var messages = MessageWriter(observationDomainID: 1, rule: .once, maximumLength: 100)
        var file = MessageFileWriter()
        var octets: [UInt8] = []
        try messages.add(flow)
        for number in 0..<10 as Range<Int64> {
            let start = Timestamp(seconds: 1000 - number), end = Timestamp(seconds: 1000 + number)
            file.include(start: start, end: end)
            let record = Wire.octets(start.milliseconds, end.milliseconds)
            for message in try messages.append(record, of: 256, at: now) { try file.append(message) }
            octets += file.takeOctets()
        }
        let window = try #require(file.window)
        #expect(window == FileTimeWindow(start: Timestamp(seconds: 991), end: Timestamp(seconds: 1009)))
        try messages.add(FileTimeWindow.template(id: 257))
        for message in try messages.append(window.record, of: 257, at: now) + messages.flush(at: now) { try file.append(message) }
        octets += file.takeOctets()
        #expect(file.takeOctets().isEmpty && file.length == UInt64(octets.count))

        var decoder = MessageDecoder()
        var records = 0, options = 0
        for item in MessageFileReader.items(of: octets) {
            guard case .message(let message, _) = item else { return #expect(Bool(false), "\(item)") }
            for set in try decoder.decode(message).dataSets {
                if set.template.isOptionsTemplate { options += set.recordCount } else { records += set.recordCount }
            }
        }
        #expect(records == 10 && options == 1)
        #expect(octets.suffix(17) == [0] + Wire.octets(Int64(991_000), Int64(1_009_000)))
    }

    @Test("what is no message is refused, and the file stays as it was")
    func refused() throws {
        var file = MessageFileWriter()
        try file.append(Wire.message())
        #expect(throws: FileDamage(offset: 16, length: 10, cause: .noMessage)) { try file.append(Array("no message".utf8)) }
        #expect(throws: FileDamage(offset: 16, length: 17, cause: .wrongLength(header: 16))) { try file.append(Wire.message() + [0]) }
        #expect(throws: FileDamage(offset: 16, length: 0, cause: .noMessage)) { try file.append([]) }
        #expect(file.takeOctets() == Wire.message())
    }
}
