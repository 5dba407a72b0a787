// SPDX-License-Identifier: Apache-2.0

/// Why a file of Information Elements was refused. Nothing of the file was taken over.
public struct RegistryError: Error, Hashable {
    /// What is wrong, by line; at most ``maximumProblemCount``, however many there are.
    public let problems: [Problem]

    public static let maximumProblemCount = 50

    public struct Problem: Sendable, Hashable {
        public let file: String
        /// The first line is 1; nil where the file as a whole is meant.
        public let line: Int?
        public let cause: Cause
    }

    public enum Cause: Sendable, Hashable {
        /// The file's name does not tell whose elements it has.
        case noEnterprise
        /// Elements of 29305 follow from IANA's and are not listed (RFC 5103 §6.1).
        case reverseEnterprise
        case tooLarge(octets: Int)
        case noColumn(String)
        /// Quotes that do not fit, or too many fields; the rest of the file was not read.
        case badRow(String)
        /// Not 1–32,767.
        case badNumber(String)
        /// Not 1–128 letters, digits, `_`, `-` or `.` with a letter first.
        case badName(String)
        case unknownType(String)
        case unknownSemantics(String)
        case badUnits(String)
        case numberTaken(by: String)
        case nameTaken(by: InformationElement.ID)
    }
}

extension RegistryError: CustomStringConvertible {
    /// One line a problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension RegistryError.Problem: CustomStringConvertible {
    public var description: String { file + (line.map { ":\($0)" } ?? "") + ": \(cause)" }
}

extension RegistryError.Cause: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noEnterprise: "whose elements are these? name the file with the enterprise number, such as example-32473.csv"
        case .reverseEnterprise: "elements of enterprise 29305 follow from IANA's and cannot be listed"
        case .tooLarge(let octets): "\(octets) octets are more than \(InformationElementRegistry.maximumFileOctets)"
        case .noColumn(let name): "there is no column '\(name)' in the first line"
        case .badRow(let reason): reason
        case .badNumber(let text): "ElementID '\(excerpt(text))' is not a number from 1 to 32767"
        case .badName(let text): "Name '\(excerpt(text))' is not 1 to 128 letters, digits, '_', '-' or '.' after a letter"
        case .unknownType(let text): "Abstract Data Type '\(excerpt(text))' is not one of IANA's"
        case .unknownSemantics(let text): "Data Type Semantics '\(excerpt(text))' is not one of IANA's"
        case .badUnits(let text): "Units '\(excerpt(text))' are longer than 64 octets"
        case .numberTaken(let name): "the number is taken by \(name), of another name or type"
        case .nameTaken(let id): "the name is taken by element \(id)"
        }
    }

    private func excerpt(_ text: String) -> String {
        text.unicodeScalars.count <= 40 ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(40))) + "…"
    }
}
