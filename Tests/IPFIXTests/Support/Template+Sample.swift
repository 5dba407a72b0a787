// SPDX-License-Identifier: Apache-2.0

import IPFIX

extension Template {
    /// A template of IANA elements, each given by its number and length.
    static func sample(_ id: UInt16, _ fields: [(number: UInt16, length: UInt16)], scope: Int = 0) -> Template {
        Template(
            id: id,
            fields: fields.map {
                FieldSpecifier(element: InformationElement.ID(enterprise: .iana, number: $0.number), length: $0.length)
            },
            scopeFieldCount: scope)
    }
}
