// SPDX-License-Identifier: Apache-2.0

/// How the elements of a list relate to what the record tells of (RFC 6313 §4.4).
public struct ListSemantic: Sendable, Hashable, RawRepresentable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let noneOf = ListSemantic(rawValue: 0)
    public static let exactlyOneOf = ListSemantic(rawValue: 1)
    public static let oneOrMoreOf = ListSemantic(rawValue: 2)
    public static let allOf = ListSemantic(rawValue: 3)
    public static let ordered = ListSemantic(rawValue: 4)
    public static let undefined = ListSemantic(rawValue: 255)
}

extension ListSemantic: CustomStringConvertible {
    /// The registry's name, or the number of one that is not assigned.
    public var description: String {
        switch self {
        case .noneOf: "noneOf"
        case .exactlyOneOf: "exactlyOneOf"
        case .oneOrMoreOf: "oneOrMoreOf"
        case .allOf: "allOf"
        case .ordered: "ordered"
        case .undefined: "undefined"
        default: "\(rawValue)"
        }
    }
}
