// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct MessageFileReaderTests {
    private typealias Item = MessageFileReader.Item

    /// Messages of different lengths, with templates and data.
    private let messages: [[UInt8]] = (0..<6).map { number in
        let template = Template(id: 256, fields: [FieldSpecifier(.octetDeltaCount), FieldSpecifier(.packetDeltaCount)])
        let record = (0..<16).map { UInt8(truncatingIfNeeded: number * 31 + $0 * 7 + 1) }
        return Wire.message(
            number % 3 == 0 ? template.set : [], Wire.set(256, Array(repeating: record, count: number + 1).flatMap(\.self)),
            sequenceNumber: UInt32(number))
    }

    private var file: [UInt8] { messages.flatMap(\.self) }
    private func offset(of index: Int) -> Int { messages[..<index].reduce(0) { $0 + $1.count } }

    /// Every message but some, in order, with what is said of the octets between.
    private func items(without missing: Set<Int>, damage: FileDamage...) -> [Item] {
        let kept = messages.indices.filter { !missing.contains($0) }.map { Item.message(messages[$0], offset: UInt64(offset(of: $0))) }
        return (kept + damage.map(Item.damage)).sorted { place($0) < place($1) }
    }

    private func place(_ item: Item) -> UInt64 {
        switch item {
        case .message(_, let offset): offset
        case .damage(let damage): damage.offset
        }
    }

    @Test("the messages of a file, with their offsets")
    func whole() {
        #expect(MessageFileReader.items(of: file) == items(without: []))
        #expect(MessageFileReader.items(of: []).isEmpty)
    }

    @Test("the files of the fixtures are read whole", arguments: ["gen-antrea", "gen-biflow", "gen-std4"])
    func fixtures(name: String) throws {
        let octets = try Fixture.octets("ipfix/\(name).ipfix")
        let items = MessageFileReader.items(of: octets)
        let read = items.compactMap { if case .message(let octets, _) = $0 { octets } else { nil } }
        #expect(read.count == items.count && read.flatMap(\.self) == octets)
        #expect(read == MessageStream.messages(in: octets))
    }

    @Test("the pieces in which a file comes make no difference", arguments: 1...40)
    func pieces(length: Int) {
        var damaged = file
        damaged[offset(of: 2) + 3] &+= 5
        damaged.removeLast(3)
        let whole = MessageFileReader.items(of: damaged)
        var reader = MessageFileReader()
        var items: [Item] = []
        for start in stride(from: 0, to: damaged.count, by: length) {
            reader.append(damaged[start..<min(start + length, damaged.count)])
            while let item = reader.next() { items.append(item) }
        }
        reader.finish()
        while let item = reader.next() { items.append(item) }
        #expect(items == whole)
        #expect(reader.offset == UInt64(damaged.count))
    }

    @Test("a message shorter than its header says is damage up to the next message")
    func shorter() {
        var damaged = file
        damaged[offset(of: 1) + 3] += 8
        let damage = FileDamage(
            offset: UInt64(offset(of: 1)), length: UInt64(messages[1].count), cause: .wrongLength(header: messages[1].count + 8))
        #expect(MessageFileReader.items(of: damaged) == items(without: [1], damage: damage))
    }

    @Test("a message longer than its header says is damage up to the next message")
    func longer() {
        var damaged = file
        damaged[offset(of: 4) + 3] -= 8
        let damage = FileDamage(
            offset: UInt64(offset(of: 4)), length: UInt64(messages[4].count), cause: .wrongLength(header: messages[4].count - 8))
        #expect(MessageFileReader.items(of: damaged) == items(without: [4], damage: damage))
    }

    @Test("a length beyond the file's end costs one message")
    func beyondTheEnd() {
        var damaged = file
        damaged[offset(of: 2) + 2] = 0xFF
        let header = 0xFF00 + messages[2].count
        let damage = FileDamage(offset: UInt64(offset(of: 2)), length: UInt64(messages[2].count), cause: .wrongLength(header: header))
        #expect(MessageFileReader.items(of: damaged) == items(without: [2], damage: damage))
    }

    @Test("a header that is none is damage, wherever it stands", arguments: 0..<6)
    func noHeader(index: Int) {
        var damaged = file
        damaged[offset(of: index)] = 0xEE
        let damage = FileDamage(offset: UInt64(offset(of: index)), length: UInt64(messages[index].count), cause: .noMessage)
        #expect(MessageFileReader.items(of: damaged) == items(without: [index], damage: damage))
    }

    @Test("octets between messages are damage of their length")
    func between() {
        let foreign = Array("# appended by hand\n".utf8)
        var damaged = file
        damaged.insert(contentsOf: foreign, at: offset(of: 3))
        let damage = FileDamage(offset: UInt64(offset(of: 3)), length: UInt64(foreign.count), cause: .noMessage)
        let items = MessageFileReader.items(of: damaged)
        #expect(items.count == 7)
        #expect(items.contains(.damage(damage)))
    }

    @Test("a malformed message that another follows at its length is handed out, to be refused with its own cause")
    func malformedInside() {
        var damaged = file
        // A set length of zero.
        damaged.replaceSubrange(offset(of: 1) + 18..<offset(of: 1) + 20, with: [0, 0])
        let items = MessageFileReader.items(of: damaged)
        #expect(items.count == 6)
        #expect(items[1] == .message(Array(damaged[offset(of: 1)..<offset(of: 2)]), offset: UInt64(offset(of: 1))))
    }

    @Test("wherever a file is cut, the messages before are read and the rest is told")
    func cut() {
        for length in 0..<file.count {
            let whole = messages.indices.filter { offset(of: $0) + messages[$0].count <= length }
            let read = whole.reduce(0) { $0 + messages[$1].count }
            var expected = whole.map { Item.message(messages[$0], offset: UInt64(offset(of: $0))) }
            if read < length {
                let needed = length - read < 16 ? nil : messages[whole.count].count
                let damage = FileDamage(offset: UInt64(read), length: UInt64(length - read), cause: .cutShort(needed: needed))
                expected.append(.damage(damage))
            }
            #expect(MessageFileReader.items(of: Array(file[..<length])) == expected)
        }
    }

    @Test("octets that all look like headers are read in linear time")
    func hostile() {
        let size = 1 << 18
        for pattern in [[0, 10], [0, 10, 0xFF, 0xFF], [0, 10, 0, 16], [0, 2, 0, 4], [0]] as [[UInt8]] {
            var octets: [UInt8] = []
            while octets.count < size { octets += pattern }
            let items = MessageFileReader.items(of: octets)
            let length = items.reduce(0 as UInt64) { sum, item in
                switch item {
                case .message(let octets, _): sum + UInt64(octets.count)
                case .damage(let damage): sum + damage.length
                }
            }
            #expect(length == UInt64(octets.count))
        }
    }
}
