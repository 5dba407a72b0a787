// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// The Observation Domains of a file that `weir export` writes: one for each value of the field `observation`, which has no Information
/// Element. An options record names the domain (observationDomainName, scope observationDomainId), and says so that in its records
/// nothing unknown is written as zero and flowId numbers connections.
struct ExportedDomain: Hashable {
    /// Whose records there are of the connections: see the field; nil where that is unknown.
    let observation: UInt64?

    private static let mark = "weir: connections observed by "
    private static let observers: [(observation: UInt64?, text: String)] = [
        (nil, "unknown"), (1, "all that are expected"), (2, "the source node"), (3, "the destination node"),
    ]
    private static let observationDomainId = InformationElement.ID(enterprise: .iana, number: 149)
    private static let observationDomainName = InformationElement.ID(enterprise: .iana, number: 300)

    init(observation: UInt64?) {
        self.observation = observation
    }

    /// Nil for an options record that says nothing of the kind.
    init?(_ record: DataRecord) {
        guard case .string(let name)? = record[Self.observationDomainName], name.hasPrefix(Self.mark),
            let observer = Self.observers.first(where: { $0.text == name.dropFirst(Self.mark.count) })
        else { return nil }
        observation = observer.observation
    }

    /// The Options Template of the record.
    static func template(id: UInt16) -> Template {
        Template(
            id: id,
            fields: [
                FieldSpecifier(element: observationDomainId, length: 4),
                FieldSpecifier(element: observationDomainName, length: FieldSpecifier.variableLength),
            ], scopeFieldCount: 1)
    }

    func record(domain: UInt32) -> [UInt8] {
        let name = Array((Self.mark + (Self.observers.first { $0.observation == observation } ?? Self.observers[0]).text).utf8)
        return (0..<4).map { UInt8(truncatingIfNeeded: domain >> (24 - 8 * $0)) } + [UInt8(name.count)] + name
    }

    func complete(_ flow: inout MappedFlow) {
        flow.setObservation(observation)
    }
}
