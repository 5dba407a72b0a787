// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX

/// Records in which any field may be known or not, the same for the same seed; with what the view `flows` should say of each.
struct RandomFlows: ~Copyable {
    private var state: UInt64
    var names = NameTable(seed: 1)
    private var announced: Set<NameID> = []

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func next(below bound: UInt64) -> UInt64 { next() % bound }

    /// A record that ends at a time, and each field's text in the view; nil where it is unknown.
    mutating func record(end: Timestamp) -> (record: FlowRecord, texts: [String: String]) {
        var record = FlowRecord()
        var texts: [String: String] = [:]
        for definition in FlowSchema.fields {
            if case .derived = definition.storage { continue }
            guard next(below: 4) > 0 || definition.field == .flowEndMilliseconds else { continue }
            texts[definition.name] = set(definition, of: &record, end: end)
        }
        texts["flowEndSeconds"] = "\(end.milliseconds / 1000)"
        if let start = record[time: .flowStartMilliseconds] { texts["flowStartSeconds"] = "\(start.milliseconds / 1000)" }
        texts["destinationClusterIP"] = texts["destinationServiceIP"]
        return (record, texts)
    }

    private mutating func set(_ definition: FlowFieldDefinition, of record: inout FlowRecord, end: Timestamp) -> String {
        switch definition.kind {
        case .unsigned:
            // Small and large ones, and now and then more than SQLite can hold.
            let value = [next(below: 10), next(below: 1 << 40), UInt64.max - next(below: 5)][Int(next(below: 3))]
            record[unsigned: definition.field] = value
            return "\(min(value, UInt64(Int64.max)))"
        case .time:
            record[time: definition.field] = end
            return "\(end.milliseconds)"
        case .name:
            let text = ["", "web-\(next(below: 50))", "näme with ' and \" \u{1F30A}"][Int(next(below: 3))]
            record[name: definition.field] = names.id(of: text)
            return text
        case .address:
            let address =
                next(below: 2) == 0
                ? IPAddress(v4: UInt32(truncatingIfNeeded: next())) : IPAddress(high: 0x2001_0DB8 << 32, low: next(below: 100))
            record[address: definition.field] = address
            return address.description
        case .uuid:
            let uuid = (high: next(), low: next())
            record[uuid: definition.field] = uuid
            return uuidText(uuid)
        }
    }

    /// Names numbered since the last call, as a batch brings them.
    mutating func newNames() -> [StoreBatch.NewName] {
        (1...max(names.count, 1)).map { NameID(rawValue: UInt32($0)) }.filter { announced.insert($0).inserted }
            .map { StoreBatch.NewName(id: $0, text: names.text(of: $0)) }
    }
}

private func uuidText(_ uuid: (high: UInt64, low: UInt64)) -> String {
    func digits(_ value: UInt64, _ count: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: count - text.count) + text
    }
    return [
        digits(uuid.high >> 32, 8), digits(uuid.high >> 16 & 0xFFFF, 4), digits(uuid.high & 0xFFFF, 4), digits(uuid.low >> 48, 4),
        digits(uuid.low & 0xFFFF_FFFF_FFFF, 12),
    ].joined(separator: "-")
}
