// SPDX-License-Identifier: Apache-2.0

/// Guesses what somebody meant to type.
enum Spelling {
    /// The candidate with the fewest letters to change, without regard to case; nil if that is more than a third of them.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        guard word.count <= 100 else { return nil }
        let letters = Array(word.lowercased())
        let ranked = candidates.map { (name: $0, distance: distance(letters, Array($0.lowercased()))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, letters.count / 3) else { return nil }
        return best.name
    }

    /// Insertions, deletions and replacements that make one word the other (Levenshtein).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var previous = Array(0...b.count)
        for (row, letter) in a.enumerated() {
            var current = [row + 1]
            for (column, other) in b.enumerated() {
                current.append(min(previous[column] + (letter == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[b.count]
    }
}
