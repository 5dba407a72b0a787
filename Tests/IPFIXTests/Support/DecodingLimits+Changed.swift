// SPDX-License-Identifier: Apache-2.0

import IPFIX

extension DecodingLimits {
    /// The usual limits but for one.
    static func with<Value>(_ limit: WritableKeyPath<DecodingLimits, Value>, _ value: Value) -> DecodingLimits {
        var limits = DecodingLimits()
        limits[keyPath: limit] = value
        return limits
    }
}
