// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Which elements an exporter sends.
public enum ExportProfile: String, Sendable, Hashable, CaseIterable {
    /// The reference system's elements in its order, then Weir's. Connections without counters have templates without them.
    case weir
    /// Exactly the 43 elements of Antrea's Flow Exporter; what is unknown is sent as zero or empty.
    case antrea
}

/// The exporter's template for one address family and the fields that fill it, in wire order.
public struct FlowTemplate: Sendable {
    public let template: Template
    /// The field behind each of the template's elements.
    public let fields: [FlowField]
    public let family: IPAddress.Family

    init(id: UInt16, fields: [FlowField], family: IPAddress.Family) {
        self.fields = fields
        self.family = family
        template = Template(
            id: id,
            fields: fields.compactMap { FlowSchema.definition(of: $0).elements.element(for: family) }.map(FieldSpecifier.init))
    }

    /// The templates of a profile, with ids from 256 in the reference's order: IPv4, IPv6, then those without counters.
    public static func all(of profile: ExportProfile) -> [FlowTemplate] {
        let fields = FlowSchema.fields
            .filter { $0.exporterPosition.map { $0 <= profile.lastExporterPosition } ?? false }
            .sorted { $0.exporterPosition! < $1.exporterPosition! }
            .map(\.field)
        return all(fields, hasUncounted: profile == .weir)
    }

    /// Templates of these fields, with ids from 256: IPv4, IPv6, then those without counters if there are any.
    static func all(_ fields: [FlowField], hasUncounted: Bool) -> [FlowTemplate] {
        let counted = [
            FlowTemplate(id: 256, fields: fields, family: .v4),
            FlowTemplate(id: 257, fields: fields, family: .v6),
        ]
        guard hasUncounted else { return counted }
        let uncounted = fields.filter { !FlowCounter.allExported.contains($0) }
        return counted + [
            FlowTemplate(id: 258, fields: uncounted, family: .v4),
            FlowTemplate(id: 259, fields: uncounted, family: .v6),
        ]
    }
}

extension ExportProfile {
    fileprivate var lastExporterPosition: Int {
        switch self {
        case .weir: .max
        case .antrea: 43
        }
    }
}
