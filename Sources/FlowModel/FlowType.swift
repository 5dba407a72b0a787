// SPDX-License-Identifier: Apache-2.0

/// Where the two ends of a connection are: element 137 of enterprise 56506. Unspecified (0) is nil.
public enum FlowType: UInt8, Sendable, Hashable, CaseIterable {
    case intraNode = 1
    case interNode = 2
    case toExternal = 3
    case fromExternal = 4

    public var name: String {
        switch self {
        case .intraNode: "intra-node"
        case .interNode: "inter-node"
        case .toExternal: "to-external"
        case .fromExternal: "from-external"
        }
    }
}
