// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Every octet of a file is in one message or one damage, the pieces in which it comes make no difference, and the messages alone make
/// a file without damage.
enum FileTarget {
    static func run(_ octets: [UInt8]) {
        let items = MessageFileReader.items(of: octets)
        var position: UInt64 = 0
        var file = MessageFileWriter()
        var decoder = MessageDecoder()
        for item in items {
            switch item {
            case .message(let message, let offset):
                precondition(offset == position, "a message stands at \(position), not \(offset)")
                precondition(Array(octets[Int(offset)..<Int(offset) + message.count]) == message, "a message has other octets")
                position += UInt64(message.count)
                guard (try? file.append(message)) != nil else { preconditionFailure("a message that no file takes") }
                _ = try? decoder.decode(message)
            case .damage(let damage):
                precondition(damage.offset == position && damage.length > 0, "damage at \(position), not \(damage.offset)")
                precondition(!damage.description.isEmpty, "damage without a word")
                position += damage.length
            }
        }
        precondition(position == UInt64(octets.count), "\(position) of \(octets.count) octets were told of")
        precondition(self.items(of: octets, pieces: 1 + Int(octets.first ?? 0)) == items, "in pieces a file has other messages")
        let messages = items.compactMap { if case .message(let octets, _) = $0 { octets } else { nil } }
        let read = MessageFileReader.items(of: file.takeOctets())
        precondition(read.map { if case .message(let octets, _) = $0 { octets } else { [] } } == messages, "damage among messages")
    }

    private static func items(of octets: [UInt8], pieces length: Int) -> [MessageFileReader.Item] {
        var reader = MessageFileReader()
        var items: [MessageFileReader.Item] = []
        for start in stride(from: 0, to: octets.count, by: length) {
            reader.append(octets[start..<min(start + length, octets.count)])
            while let item = reader.next() { items.append(item) }
        }
        reader.finish()
        while let item = reader.next() { items.append(item) }
        return items
    }
}
