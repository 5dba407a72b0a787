// SPDX-License-Identifier: Apache-2.0

/// Packs records into bodies of Messages: one or more complete Sets each, no longer than the transport takes.
///
/// Records stay in order; those of one template that follow one another share a Set. A record that is too long for any Message goes
/// alone, in a body longer than the others, for the transport to refuse and count.
public struct SetPacker: Sendable {
    /// What a Message of 65,535 octets has room for beside its header and that of the Set.
    public static let longestRecord = Int(UInt16.max) - MessageHeader.length - SetID.headerLength

    private let maximumLength: Int
    private let maximumRecords: Int
    private let alignment: Int
    private var body = OctetWriter()
    private var items = 0
    private var dataRecords: UInt32 = 0
    private var openSet: OpenSet?

    private struct OpenSet: Sendable {
        let id: UInt16
        let start: Int
        var shortestRecord: Int
    }

    /// - Parameters:
    ///   - maximumLength: octets of a whole Message, header included; at most 65,535 are used.
    ///   - maximumRecords: records of a Message, Template Records included; at least 1 is used.
    ///   - alignment: Sets are padded with zeros to a multiple of so many octets, 1, 4 or 8, where the padding is shorter than any
    ///     record and so cannot be taken for one (RFC 7011 §3.3.1).
    public init(maximumLength: Int, maximumRecords: Int = .max, alignment: Int = 1) {
        precondition([1, 4, 8].contains(alignment), "RFC 7011 §3.3.1 knows padding to four and to eight octets")
        self.maximumLength = min(maximumLength, Int(UInt16.max)) - MessageHeader.length
        self.maximumRecords = max(1, maximumRecords)
        self.alignment = alignment
    }

    /// Whether a record fits a Message, alone at least.
    public func fits(recordOctets count: Int, shortestRecord: Int) -> Bool {
        let length = SetID.headerLength + count
        return length + padding(of: length, shortestRecord: shortestRecord) <= maximumLength
    }

    /// Octets of the Message that ``flush()`` would give the body of; 0 while it is empty.
    public var messageLength: Int { items == 0 ? 0 : MessageHeader.length + closedLength }

    /// Adds a Data Record; returns the body before it when the record did not fit any more.
    ///
    /// - Parameters:
    ///   - record: octets of the record, at most ``longestRecord``.
    ///   - setID: of its template.
    ///   - shortestRecord: the template's `minimumRecordLength`.
    public mutating func append(_ record: [UInt8], setID: UInt16, shortestRecord: Int) -> MessageBody? {
        precondition(record.count <= Self.longestRecord, "RFC 7011 §3.1: a message has at most 65,535 octets")
        let finished = makeRoom(for: record.count, setID: setID, shortestRecord: shortestRecord)
        body.append(contentsOf: record)
        dataRecords += 1
        return finished
    }

    /// Adds a Template Record; returns the body before it when it did not fit any more.
    public mutating func append(_ template: Template) -> MessageBody? {
        // RFC 7011 §8.1: a withdrawal, of four octets, is the shortest record of such a Set.
        let finished = makeRoom(for: template.encodedLength, setID: template.setID, shortestRecord: 4)
        template.write(into: &body)
        return finished
    }

    /// What has been added since the last body; nil when nothing has.
    public mutating func flush() -> MessageBody? {
        guard items > 0 else { return nil }
        closeSet()
        defer {
            body.removeAll()
            items = 0
            dataRecords = 0
        }
        return MessageBody(sets: body.octets, recordCount: dataRecords)
    }

    /// Bodies with these templates and nothing else; what has been added stays.
    public func bodies(of templates: [Template]) -> [MessageBody] {
        var packer = SetPacker(maximumLength: maximumLength + MessageHeader.length, maximumRecords: maximumRecords, alignment: alignment)
        var bodies = templates.map { packer.append($0) }
        bodies.append(packer.flush())
        return bodies.compactMap { $0 }
    }

    private mutating func makeRoom(for count: Int, setID: UInt16, shortestRecord: Int) -> MessageBody? {
        let finished = hasRoom(for: count, setID: setID, shortestRecord: shortestRecord) ? nil : flush()
        if openSet?.id != setID { open(setID, shortestRecord: shortestRecord) }
        items += 1
        return finished
    }

    private func hasRoom(for count: Int, setID: UInt16, shortestRecord: Int) -> Bool {
        if items == 0 { return true }
        if items >= maximumRecords { return false }
        let isOpen = openSet?.id == setID
        let before = isOpen ? body.count : closedLength + SetID.headerLength
        let length = before + count
        let inSet = isOpen ? length - (openSet?.start ?? 0) : SetID.headerLength + count
        return length + padding(of: inSet, shortestRecord: shortestRecord) <= maximumLength
    }

    private mutating func open(_ setID: UInt16, shortestRecord: Int) {
        closeSet()
        openSet = OpenSet(id: setID, start: body.count, shortestRecord: shortestRecord)
        body.append(setID)
        body.append(UInt16(0))
    }

    private mutating func closeSet() {
        guard let openSet else { return }
        body.append(contentsOf: repeatElement(0, count: closedLength - body.count))
        body.replace(at: openSet.start + 2, with: UInt16(body.count - openSet.start))
        self.openSet = nil
    }

    private var closedLength: Int {
        guard let openSet else { return body.count }
        return body.count + padding(of: body.count - openSet.start, shortestRecord: openSet.shortestRecord)
    }

    /// Every Set begins aligned if those before it are padded, so that its length alone says how much is missing.
    private func padding(of length: Int, shortestRecord: Int) -> Int {
        let missing = (alignment - length % alignment) % alignment
        return missing < shortestRecord ? missing : 0
    }
}
