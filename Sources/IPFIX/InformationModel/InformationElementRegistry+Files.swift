// SPDX-License-Identifier: Apache-2.0

extension InformationElementRegistry {
    /// The elements of several files, whose names say whose they are (``enterprise(ofFile:)``).
    ///
    /// - Throws: all problems of the first file that has any.
    public static func standard(files: [(name: String, octets: [UInt8])]) throws(RegistryError) -> Self {
        var registry = Self()
        for file in files {
            guard let enterprise = enterprise(ofFile: file.name) else {
                throw RegistryError(problems: [RegistryError.Problem(file: file.name, line: nil, cause: .noEnterprise)])
            }
            try registry.add(csv: file.octets, enterprise: enterprise, file: file.name)
        }
        return registry
    }

    /// Whose elements a file has: the number between the last hyphen of its name and `.csv`, as in `vmware-6876.csv`.
    ///
    /// `iana.csv` and `ipfix-information-elements.csv`, as IANA calls it, are IANA's. Nil for other names.
    public static func enterprise(ofFile path: String) -> EnterpriseNumber? {
        let name = path.split(separator: "/").last ?? ""
        if name == "iana.csv" || name == "ipfix-information-elements.csv" { return .iana }
        guard name.hasSuffix(".csv"), let hyphen = name.lastIndex(of: "-") else { return nil }
        let digits = name[name.index(after: hyphen)...].dropLast(".csv".count)
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt32(digits) else { return nil }
        return EnterpriseNumber(rawValue: number)
    }

    /// Adds the elements of one file in the form of IANA's own: a first line of column names, then one element a line.
    ///
    /// The columns `ElementID`, `Name` and `Abstract Data Type` are needed, `Data Type Semantics` and `Units` are read, others
    /// are not. Lines of numbers that are not assigned are skipped.
    ///
    /// - Throws: all problems of the file; then nothing of it was added.
    public mutating func add(csv: [UInt8], enterprise: EnterpriseNumber, file: String) throws(RegistryError) {
        var reading = ElementFileReading(registry: self, enterprise: enterprise, file: file)
        reading.read(csv)
        guard reading.problems.isEmpty else { throw RegistryError(problems: reading.problems) }
        self = reading.registry
    }
}

/// A file as it is read into a registry of its own.
private struct ElementFileReading {
    var registry: InformationElementRegistry
    let enterprise: EnterpriseNumber
    let file: String
    var problems: [RegistryError.Problem] = []

    init(registry: InformationElementRegistry, enterprise: EnterpriseNumber, file: String) {
        self.registry = registry
        self.enterprise = enterprise
        self.file = file
    }

    mutating func read(_ csv: [UInt8]) {
        guard enterprise != .reverse else { return report(nil, .reverseEnterprise) }
        guard csv.count <= InformationElementRegistry.maximumFileOctets else { return report(nil, .tooLarge(octets: csv.count)) }
        var rows = CSVReader(csv)
        do throws(CSVReader.Problem) {
            guard let header = try rows.next() else { return report(1, .noColumn("ElementID")) }
            guard let columns = columns(of: header) else { return }
            while problems.count < RegistryError.maximumProblemCount, let row = try rows.next() {
                add(row, columns)
            }
        } catch {
            report(error)
        }
    }

    private mutating func columns(of header: CSVReader.Row) -> Columns? {
        let names = header.fields.map { String(decoding: $0, as: UTF8.self) }
        func place(_ name: String) -> Int? { names.firstIndex(of: name) }
        for name in ["ElementID", "Name", "Abstract Data Type"] where place(name) == nil { report(header.line, .noColumn(name)) }
        guard let number = place("ElementID"), let name = place("Name"), let type = place("Abstract Data Type") else { return nil }
        return Columns(number: number, name: name, type: type, semantics: place("Data Type Semantics"), units: place("Units"))
    }

    private mutating func add(_ row: CSVReader.Row, _ columns: Columns) {
        func text(_ column: Int?) -> String {
            guard let column, column < row.fields.count else { return "" }
            return String(decoding: row.fields[column], as: UTF8.self)
        }
        let number = text(columns.number), name = text(columns.name), type = text(columns.type)
        // IANA's own file lists what is reserved or free too, often as ranges.
        if type.isEmpty, number.contains("-") || ["Reserved", "Unassigned"].contains(name) || name.hasPrefix("Assigned for") { return }
        guard let elementNumber = UInt16(number), (1...0x7FFF).contains(elementNumber) else {
            return report(row.line, .badNumber(number))
        }
        guard InformationElement.isName(name) else { return report(row.line, .badName(name)) }
        guard let dataType = DataType(rawValue: type) else { return report(row.line, .unknownType(type)) }
        let semanticsText = text(columns.semantics), unitsText = text(columns.units)
        guard let semantics = semanticsText.isEmpty ? .default : DataTypeSemantics(rawValue: semanticsText) else {
            return report(row.line, .unknownSemantics(semanticsText))
        }
        let units = Units(rawValue: unitsText)
        guard unitsText.isEmpty || units != nil else { return report(row.line, .badUnits(unitsText)) }
        let id = InformationElement.ID(enterprise: enterprise, number: elementNumber)
        if let cause = registry.define(
            InformationElement(id: id, name: name, type: dataType, semantics: semantics, units: units))
        {
            report(row.line, cause)
        }
    }

    private mutating func report(_ line: Int?, _ cause: RegistryError.Cause) {
        problems.append(RegistryError.Problem(file: file, line: line, cause: cause))
    }

    private mutating func report(_ problem: CSVReader.Problem) {
        switch problem {
        case .unterminatedQuote(let line): report(line, .badRow("a quote that begins in this line is not closed"))
        case .textAfterQuote(let line): report(line, .badRow("there is text behind a closing quote; a quote inside is written twice"))
        case .tooManyFields(let line): report(line, .badRow("there are more than \(CSVReader.maximumFieldCount) fields"))
        }
    }

    struct Columns {
        let number: Int
        let name: Int
        let type: Int
        let semantics: Int?
        let units: Int?
    }
}

extension InformationElement {
    /// Whether text can be an element's name: it becomes a column, a key and a word of the filter language.
    static func isName(_ text: String) -> Bool {
        guard (1...128).contains(text.utf8.count), let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || [95, 45, 46].contains($0) }
    }

    private static func isLetter(_ octet: UInt8) -> Bool { (65...90).contains(octet) || (97...122).contains(octet) }
}
