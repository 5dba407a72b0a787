// SPDX-License-Identifier: Apache-2.0

import Daemon

/// One value of `--source`.
enum SourceName: Hashable {
    case ovs
    /// With the counters of OVS's own IPFIX stream.
    case ovsIPFIX
    case conntrack
    case replay(directory: String)
    /// Packets of a capture file or of an interface.
    case capture(name: String)

    /// Whether opening it may need privileges that nothing needs afterwards.
    var isPrivileged: Bool {
        switch self {
        case .conntrack, .capture: true
        case .ovs, .ovsIPFIX, .replay: false
        }
    }

    init(_ text: String) throws(UnknownSource) {
        switch text {
        case "ovs": self = .ovs
        case "ovs-ipfix": self = .ovsIPFIX
        case "conntrack": self = .conntrack
        case _ where text.hasPrefix("replay:") && text.count > 7: self = .replay(directory: String(text.dropFirst(7)))
        case _ where text.hasPrefix("pcap:") && text.count > 5: self = .capture(name: String(text.dropFirst(5)))
        default: throw UnknownSource(text: text)
        }
    }
}

struct UnknownSource: Error, CustomStringConvertible {
    let text: String

    var description: String {
        let guess =
            NearNames.suggestion(for: text, in: ["ovs", "ovs-ipfix", "conntrack", "replay:", "pcap:"]).map { "; did you mean '\($0)'?" }
            ?? ""
        return "'\(text)' is no source; there are ovs, ovs-ipfix, conntrack, replay:DIR, pcap:FILE and pcap:INTERFACE\(guess)"
    }
}
