// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

extension FlowRecord {
    /// A record in which each field is known by chance, with values of every width the element has.
    ///
    /// Addresses are of one family and never unspecified, texts never empty, integers never zero: what the wire's zero would take
    /// away again is not in it. A quarter of the records carries no counters.
    public static func random(
        family: IPAddress.Family, names: inout NameTable, using generator: inout SeededGenerator
    ) -> FlowRecord {
        var flow = FlowRecord()
        let isCounted = !generator.isOnce(in: 4)
        for definition in FlowSchema.fields {
            let isCounter = FlowCounter.allCases.contains { $0.total(.common) == definition.field || $0.delta(.common) == definition.field }
            guard isCounter ? isCounted : definition.owner == .key || Bool.random(using: &generator) else { continue }
            flow.setRandom(definition, family: family, names: &names, using: &generator)
        }
        return flow
    }

    /// Gives a field some value that is neither zero nor empty.
    public mutating func setRandom(
        _ definition: FlowFieldDefinition, family: IPAddress.Family, names: inout NameTable, using generator: inout SeededGenerator
    ) {
        let field = definition.field
        switch definition.kind {
        case .unsigned:
            let width = definition.elements.element(for: family)?.type.naturalLength ?? 1
            self[unsigned: field] = .random(in: 1...(.max >> (64 - 8 * UInt64(width))), using: &generator)
        case .time:
            self[time: field] = Timestamp(milliseconds: .random(in: 1...4_102_444_800_000, using: &generator))
        case .name:
            self[name: field] = names.id(of: .random(maximumLength: 40, using: &generator))
        case .address:
            self[address: field] = .random(family, using: &generator)
        case .uuid:
            self[uuid: field] = (.random(in: 1 ... .max, using: &generator), .random(in: 0 ... .max, using: &generator))
        }
    }
}

extension IPAddress {
    /// Not an unspecified one; an IPv6 address is not an IPv4-mapped one.
    public static func random(_ family: Family, using generator: inout SeededGenerator) -> IPAddress {
        switch family {
        case .v4: IPAddress(v4: .random(in: 1 ... .max, using: &generator))
        case .v6: IPAddress(high: .random(in: 1 ... .max, using: &generator), low: .random(in: 0 ... .max, using: &generator))
        }
    }
}

extension String {
    /// Letters of one to four octets in UTF-8; at least one of them.
    public static func random(maximumLength: Int, using generator: inout SeededGenerator) -> String {
        let letters: [Character] = ["a", "b", "c", "-", "0", "é", "ß", "流", "堰", "𝛼", "🌊"]
        let length = Int.random(in: 1...maximumLength, using: &generator)
        return String((0..<length).map { _ in letters.randomElement(using: &generator) ?? "a" })
    }
}
