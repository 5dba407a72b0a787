// SPDX-License-Identifier: Apache-2.0

import IPFIX

/// Why a stream cannot be cut into Messages any further. Offsets are octets from the start of the session.
public enum FramingError: Error, Hashable {
    case wrongVersion(UInt16, offset: UInt64)
    /// A length below that of the header itself.
    case wrongLength(UInt16, offset: UInt64)
}

extension FramingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .wrongVersion(let version, let offset):
            "octet \(offset) of the stream: version \(version) where a message header with version \(MessageHeader.version) was due"
        case .wrongLength(let length, let offset):
            "octet \(offset) of the stream: a message length of \(length) is below the \(MessageHeader.length) of its header"
        }
    }
}
