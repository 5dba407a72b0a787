// SPDX-License-Identifier: Apache-2.0

/// What a pod's name says of the workload that made it.
///
/// A Deployment's pods are NAME-HASH-SUFFIX, those of a DaemonSet or a Job NAME-SUFFIX, those of a StatefulSet NAME-ORDINAL. Hashes and
/// suffixes are made of letters and digits that form no words (Kubernetes, apimachinery/pkg/util/rand).
public enum WorkloadName {
    private static let letter = "[bcdfghjklmnpqrstvwxz2456789]"

    static func pattern(_ name: String) -> String {
        "^\(RegularExpression.escaped(name))((-\(letter){4,10})?-\(letter){5}|-[0-9]+)?$"
    }

    /// The workload's name; the pod's own where nothing was added to it.
    public static func workload(ofPod name: String) -> String {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last else { return name }
        if isRandom(last, 5...5) {
            let rest = parts.dropLast()
            let isHashed = rest.count > 1 && rest.last.map { isRandom($0, 4...10) } == true
            return (isHashed ? rest.dropLast() : rest).joined(separator: "-")
        }
        let isOrdinal = !last.isEmpty && last.utf8.count <= 5 && last.utf8.allSatisfy { (48...57).contains($0) }
        return isOrdinal ? parts.dropLast().joined(separator: "-") : name
    }

    private static func isRandom(_ part: Substring, _ length: ClosedRange<Int>) -> Bool {
        length.contains(part.utf8.count) && part.utf8.allSatisfy { "bcdfghjklmnpqrstvwxz2456789".utf8.contains($0) }
    }
}
