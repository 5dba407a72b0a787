// SPDX-License-Identifier: Apache-2.0

/// Amounts of octets as people write them: a whole number and a unit, such as `512KiB`, `256MiB`, `2GiB` or `10GB`.
public enum SizeText {
    private static let units: [(name: Substring, octets: Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ]

    /// What to write.
    public static let remedy = "write a whole number with KiB, MiB, GiB, kB, MB or GB, such as 256MiB"

    /// No sign, no fraction, no space; nil for anything else, and for more than an `Int` holds.
    public static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits), let unit = units.first(where: { $0.name == text[digits.endIndex...] }) else { return nil }
        let (octets, overflow) = count.multipliedReportingOverflow(by: unit.octets)
        return overflow ? nil : octets
    }

    /// The shortest such text in binary units; octets where none fits.
    public static func text(for octets: Int) -> String {
        let unit = units.prefix(4).last { octets > 0 && octets % $0.octets == 0 }
        return unit.map { "\(octets / $0.octets)\($0.name)" } ?? "\(octets) octets"
    }
}
