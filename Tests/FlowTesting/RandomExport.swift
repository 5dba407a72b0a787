// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Templates of every kind, and records of them whose values are octets at random.
public struct RandomExport {
    public let templates: [Template]

    public struct Record: Hashable {
        public let templateID: UInt16
        /// Of the fields that have octets, in their order.
        public let values: [[UInt8]]
        public let octets: [UInt8]
    }

    /// - Parameter generator: of the templates; ``record(using:)`` takes others.
    public init(using generator: inout some RandomNumberGenerator) {
        let first = UInt16.random(in: 256...65_000, using: &generator)
        let count = UInt16.random(in: 1...6, using: &generator)
        templates = (0..<count).map { Template.random(id: first + $0, using: &generator) }
    }

    public func record(using generator: inout some RandomNumberGenerator) -> Record {
        let template = templates[Int.random(in: templates.indices, using: &generator)]
        var writer = OctetWriter()
        let values = template.occupiedFields.map { field in
            let length = field.isVariableLength ? Self.variableLength(using: &generator) : Int(field.length)
            let first = UInt8.random(in: 0 ... .max, using: &generator)
            let value = (0..<length).map { UInt8(truncatingIfNeeded: Int(first) + $0 * 7) }
            if field.isVariableLength {
                writer.append(variable: value, form: Bool.random(using: &generator) ? .shortest : .threeOctets)
            } else {
                writer.append(contentsOf: value)
            }
            return value
        }
        return Record(templateID: template.id, values: values, octets: writer.octets)
    }

    private static func variableLength(using generator: inout some RandomNumberGenerator) -> Int {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: 0
        case 1: .random(in: 253...257, using: &generator)
        case 2: .random(in: 0...4000, using: &generator)
        default: .random(in: 1...30, using: &generator)
        }
    }
}

extension Template {
    /// Of 1–12 fields; one in four has a scope.
    public static func random(id: UInt16, using generator: inout some RandomNumberGenerator) -> Template {
        var fields = (0..<Int.random(in: 1...12, using: &generator)).map { _ in FieldSpecifier.random(using: &generator) }
        // Records without octets cannot be counted, and no decoder takes their template.
        if fields.allSatisfy({ $0.length == 0 }) { fields.append(FieldSpecifier(.protocolIdentifier)) }
        let isOptions = Int.random(in: 0..<4, using: &generator) == 0
        return Template(id: id, fields: fields, scopeFieldCount: isOptions ? .random(in: 1...fields.count, using: &generator) : 0)
    }
}

extension FieldSpecifier {
    /// IANA's, an enterprise's or a reverse element, of its own length, a reduced, another or a variable one.
    public static func random(using generator: inout some RandomNumberGenerator) -> FieldSpecifier {
        let enterprises: [EnterpriseNumber] = [.iana, .iana, .antrea, .reverse, EnterpriseNumber(rawValue: .max)]
        let enterprise = enterprises[Int.random(in: enterprises.indices, using: &generator)]
        let element = InformationElement.ID(enterprise: enterprise, number: .random(in: 1...0x7FFF, using: &generator))
        let length: UInt16 =
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: variableLength
            case 1: 0
            case 2: .random(in: 9...300, using: &generator)
            default: .random(in: 1...8, using: &generator)
            }
        return FieldSpecifier(element: element, length: length)
    }
}
