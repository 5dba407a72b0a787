// SPDX-License-Identifier: Apache-2.0

internal import Kubernetes

/// Answers of an API server are understood or refused, and always the same way.
enum WatchTarget {
    static func run(_ octets: [UInt8]) {
        precondition(AnswerReader.count(in: octets) == AnswerReader.count(in: octets), "the same octets say the same")
    }
}
