// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the machine is called.
public enum HostName {
    /// "unknown" where the system does not say.
    public static var current: String {
        var octets = [CChar](repeating: 0, count: 256)
        // The system writes no more octets than it is told there are; the last stays zero.
        guard unsafe gethostname(&octets, octets.count - 1) == 0 else { return "unknown" }
        return String(decoding: octets.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
