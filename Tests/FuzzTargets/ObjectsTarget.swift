// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Kubernetes
internal import Mediation

/// Objects are read or refused.
enum ObjectsTarget {
    static func run(_ octets: [UInt8]) {
        _ = try? ObjectsFile(text: String(decoding: octets, as: UTF8.self), path: "objects.yaml", at: Timestamp(seconds: 1_800_000_000))
    }
}
