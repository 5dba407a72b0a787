// SPDX-License-Identifier: Apache-2.0

/// How people read numbers: short with a unit (1.2 MB, powers of a thousand), or exact.
enum NumberStyle {
    case short, exact

    func octets(_ value: UInt64?) -> String { text(value, unit: "B") }

    func count(_ value: UInt64?) -> String { text(value, unit: "") }

    func bitsPerSecond(_ value: UInt64?) -> String { text(value, unit: "b/s") }

    /// The part of a whole in percent with one decimal; `-` where either is unknown or the whole is nothing.
    static func percent(_ part: UInt64?, of whole: UInt64?) -> Double? {
        guard let part, let whole, whole > 0 else { return nil }
        return (Double(part) / Double(whole) * 1000).rounded() / 10
    }

    private func text(_ value: UInt64?, unit: String) -> String {
        guard let value else { return "-" }
        if self == .exact { return "\(value)" }
        var tenths = Double(value) * 10
        var prefixes = ["", "k", "M", "G", "T", "P", "E"][...]
        while tenths.rounded() >= 10_000, prefixes.count > 1 {
            tenths /= 1000
            prefixes.removeFirst()
        }
        let prefix = prefixes.first ?? ""
        let number = prefix.isEmpty ? "\(value)" : oneDecimal(tenths / 10)
        return prefix.isEmpty && unit.isEmpty ? number : "\(number) \(prefix)\(unit)"
    }
}

/// `12.3`, for values that are small enough to be exact.
func oneDecimal(_ value: Double) -> String {
    let tenths = Int64((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
}
