// SPDX-License-Identifier: Apache-2.0

/// A row of numbers as a line of blocks, a character each.
enum Sparkline {
    private static let unicode = Array(" ▁▂▃▄▅▆▇█")
    private static let ascii = Array(" ._-=+*#@")

    /// The tallest block is the largest of the values, a blank is zero or unknown; what is above zero is never blank.
    static func text(_ values: [UInt64?], isUnicode: Bool) -> String {
        let blocks = isUnicode ? unicode : ascii
        let largest = values.compactMap(\.self).max() ?? 0
        return String(
            values.map { value in
                guard let value, value > 0, largest > 0 else { return blocks[0] }
                return blocks[max(1, Int((Double(value) / Double(largest) * Double(blocks.count - 1)).rounded()))]
            })
    }

    /// A bar of up to `width` characters, in eighths where Unicode has them.
    static func bar(_ value: UInt64?, of largest: UInt64, width: Int, isUnicode: Bool) -> String {
        guard let value, value > 0, largest > 0 else { return "" }
        let eighths = max(1, Int((Double(value) / Double(largest) * Double(width * 8)).rounded()))
        guard isUnicode else { return String(repeating: "#", count: max(1, (eighths + 4) / 8)) }
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }
}

extension Environment {
    /// Whether the locale's character set is UTF-8, as the first of its variables that is set says.
    static var isUnicode: Bool {
        let locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? ""
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }
}
