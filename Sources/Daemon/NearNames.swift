// SPDX-License-Identifier: Apache-2.0

/// Finds what somebody meant who wrote something else.
public enum NearNames {
    /// Longer texts are not names somebody mistyped, and comparing them would take long.
    private static let longestName = 64

    /// The known name with the fewest changes to `name`, if it takes at most one for every three characters, or else the only
    /// one that begins with it; the case does not count. Nil when nothing is near, or when `name` itself is known.
    public static func suggestion(for name: String, in known: some Collection<String>) -> String? {
        guard name.utf8.count <= longestName, !known.contains(name) else { return nil }
        let allowed = max(1, name.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in known where candidate.utf8.count <= longestName {
            let distance = distance(Array(name.lowercased()), Array(candidate.lowercased()))
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name ?? completion(of: name, in: known)
    }

    /// The only known name that `name` is the beginning of.
    private static func completion(of name: String, in known: some Collection<String>) -> String? {
        let longer = known.filter { $0.lowercased().hasPrefix(name.lowercased()) }
        return name.count >= 3 && longer.count == 1 ? longer.first : nil
    }

    /// The fewest insertions, deletions, replacements and swaps of neighbours that turn one into the other.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var rowBeforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                let replaced = last[j] + (a[i] == b[j] ? 0 : 1)
                var fewest = min(replaced, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { fewest = min(fewest, rowBeforeLast[j - 1] + 1) }
                row.append(fewest)
            }
            rowBeforeLast = last
            last = row
        }
        return last[b.count]
    }
}
