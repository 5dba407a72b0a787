// SPDX-License-Identifier: Apache-2.0

/// The Information Elements that are known, by number and by name: those of files, and those that exporters described.
///
/// A number has one definition and a name one number. Reverse elements (RFC 5103) follow from IANA's and take no room.
public struct InformationElementRegistry: Sendable {
    /// Larger files are refused.
    public static let maximumFileOctets = 4 << 20
    /// Elements that exporters describe beyond this many are refused.
    public static let maximumLearnedCount = 4096

    private var elements: [InformationElement.ID: InformationElement] = [:]
    private var numbers: [String: InformationElement.ID] = [:]
    /// How many elements were learned from exporters.
    public private(set) var learnedCount = 0

    public init() {}

    /// Elements of files and learned ones, without the reverse ones.
    public var count: Int { elements.count }

    public subscript(id: InformationElement.ID) -> InformationElement? {
        guard id.enterprise == .reverse else { return elements[id] }
        return elements[InformationElement.ID(enterprise: .iana, number: id.number)]?.reverse
    }

    /// The element of a name as ``InformationElement/name`` gives it, reverse ones included.
    public subscript(name name: String) -> InformationElement? {
        if let id = numbers[name] { return elements[id] }
        guard name.hasPrefix("reverse") else { return nil }
        let capitalised = name.dropFirst("reverse".count)
        // A forward name may begin with a capital itself, such as IPSecSPI.
        let candidates = [capitalised.prefix(1).lowercased() + capitalised.dropFirst(), String(capitalised)]
        for case let id? in candidates.map({ numbers[$0] }) where id.enterprise == .iana {
            if let reverse = elements[id]?.reverse, reverse.name == name { return reverse }
        }
        return nil
    }

    /// Every element by enterprise and number, without the reverse ones.
    public var all: [InformationElement] {
        elements.values.sorted { ($0.id.enterprise.rawValue, $0.id.number) < ($1.id.enterprise.rawValue, $1.id.number) }
    }

    /// Adds a definition, or says why it cannot stand beside the others. The same definition again changes nothing.
    mutating func define(_ element: InformationElement) -> RegistryError.Cause? {
        if let known = elements[element.id] {
            return known.name == element.name && known.type == element.type ? nil : .numberTaken(by: known.name)
        }
        if let taken = self[name: element.name] { return .nameTaken(by: taken.id) }
        elements[element.id] = element
        numbers[element.name] = element.id
        return nil
    }

    /// As ``define(_:)``, for an element that an exporter described.
    mutating func defineLearned(_ element: InformationElement) -> RegistryError.Cause? {
        let before = count
        let cause = define(element)
        learnedCount += count - before
        return cause
    }
}
