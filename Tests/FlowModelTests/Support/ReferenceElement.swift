// SPDX-License-Identifier: Apache-2.0

import IPFIX

/// An element as the reference system's registry lists it: enterprise, number, octets (nil where they vary).
struct ReferenceElement: Hashable, CustomStringConvertible {
    let enterprise: UInt32
    let number: UInt16
    let length: UInt16?

    init(_ enterprise: UInt32, _ number: UInt16, _ length: UInt16?) {
        self.enterprise = enterprise
        self.number = number
        self.length = length
    }

    init(_ field: FieldSpecifier) {
        self.init(field.element.enterprise.rawValue, field.element.number, field.isVariableLength ? nil : field.length)
    }

    var description: String { "\(enterprise)/\(number) (\(length.map(String.init) ?? "var"))" }
}

private let iana: UInt32 = 0, reverse: UInt32 = 29305, antrea: UInt32 = 56506

extension ReferenceElement {
    /// What Antrea's Flow Exporter sends, in its order; the first of a pair is the IPv4 template's.
    static let exporter: [(v4: ReferenceElement, v6: ReferenceElement)] = [
        same(iana, 150, 4), same(iana, 151, 4), same(iana, 136, 1), same(iana, 7, 2), same(iana, 11, 2), same(iana, 4, 1),
        same(iana, 86, 8), same(iana, 85, 8), same(iana, 2, 8), same(iana, 1, 8), address(iana, 8, 27), address(iana, 12, 28),
        same(reverse, 86, 8), same(reverse, 85, 8), same(reverse, 2, 8), same(reverse, 1, 8),
        same(antrea, 101, nil), same(antrea, 100, nil), same(antrea, 104, nil), same(antrea, 103, nil), same(antrea, 102, nil),
        same(antrea, 105, nil), same(antrea, 108, 2), same(antrea, 109, nil),
        same(antrea, 110, nil), same(antrea, 111, nil), same(antrea, 115, 1), same(antrea, 141, nil), same(antrea, 139, 1),
        same(antrea, 112, nil), same(antrea, 113, nil), same(antrea, 118, 1), same(antrea, 142, nil), same(antrea, 140, 1),
        same(antrea, 136, nil), same(antrea, 137, 1), same(antrea, 153, nil), same(antrea, 154, nil), same(antrea, 157, nil),
        same(antrea, 172, 2), address(antrea, 106, 107), address(antrea, 170, 171), address(antrea, 168, 169),
    ]

    /// What Antrea's Flow Aggregator sends with names and identifiers, in its order.
    static let aggregator: [(v4: ReferenceElement, v6: ReferenceElement)] =
        Array(exporter[..<18]) + [
            same(antrea, 159, 16), same(antrea, 104, nil), same(antrea, 161, 16), same(antrea, 103, nil), same(antrea, 102, nil),
            same(antrea, 160, 16), same(antrea, 105, nil), same(antrea, 162, 16), same(antrea, 108, 2), same(antrea, 109, nil),
            same(antrea, 163, 16), same(antrea, 110, nil), same(antrea, 111, nil), same(antrea, 164, 16), same(antrea, 115, 1),
            same(antrea, 141, nil), same(antrea, 139, 1), same(antrea, 112, nil), same(antrea, 113, nil), same(antrea, 165, 16),
            same(antrea, 118, 1), same(antrea, 142, nil), same(antrea, 140, 1), same(antrea, 136, nil), same(antrea, 137, 1),
            same(antrea, 153, nil), same(antrea, 166, 16), same(antrea, 154, nil), same(antrea, 157, nil), same(antrea, 167, 16),
            same(antrea, 172, 2), address(antrea, 170, 171), address(antrea, 106, 107), address(antrea, 168, 169),
            same(antrea, 123, 8), same(antrea, 131, 8), same(antrea, 121, 8), same(antrea, 129, 8), same(antrea, 122, 8),
            same(antrea, 130, 8),
            same(antrea, 120, 8), same(antrea, 128, 8), same(antrea, 127, 8), same(antrea, 135, 8), same(antrea, 125, 8),
            same(antrea, 133, 8),
            same(antrea, 126, 8), same(antrea, 134, 8), same(antrea, 124, 8), same(antrea, 132, 8), same(antrea, 151, 4),
            same(antrea, 152, 4),
            same(antrea, 145, 8), same(antrea, 147, 8), same(antrea, 148, 8), same(antrea, 146, 8), same(antrea, 149, 8),
            same(antrea, 150, 8),
            same(antrea, 143, nil), same(antrea, 144, nil), same(antrea, 158, nil),
        ]

    private static func same(_ enterprise: UInt32, _ number: UInt16, _ length: UInt16?) -> (v4: ReferenceElement, v6: ReferenceElement) {
        (ReferenceElement(enterprise, number, length), ReferenceElement(enterprise, number, length))
    }

    private static func address(_ enterprise: UInt32, _ v4: UInt16, _ v6: UInt16) -> (v4: ReferenceElement, v6: ReferenceElement) {
        (ReferenceElement(enterprise, v4, 4), ReferenceElement(enterprise, v6, 16))
    }
}
