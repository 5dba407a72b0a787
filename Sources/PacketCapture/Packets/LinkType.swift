// SPDX-License-Identifier: Apache-2.0

/// How the frames of a capture begin: libpcap's DLT numbers.
public enum LinkType: Sendable, Hashable {
    case ethernet
    /// "Cooked" frames of Linux's device `any`, in the older and newer form.
    case linuxCooked, linuxCooked2
    /// An IP packet without a header of a link.
    case rawIP
    /// Four octets that name the address family, as on the loopback interface of BSD systems.
    case loopback
    /// One whose frames are counted and skipped.
    case other(Int32)

    /// - Parameter number: a DLT, as `pcap_datalink` returns it.
    public init(_ number: Int32) {
        self =
            switch number {
            case 1: .ethernet
            case 113: .linuxCooked
            case 276: .linuxCooked2
            // Of raw IP there are three numbers, as systems differ; of IPv4 and IPv6 alone one each.
            case 12, 14, 101, 228, 229: .rawIP
            case 0, 108: .loopback
            default: .other(number)
            }
    }

    /// Where the IP packet begins; nil when there is none, or not even its first octet was captured.
    func networkOffset(in octets: Span<UInt8>) -> Int? {
        switch self {
        case .ethernet: behindEtherType(at: 12, next: 14, in: octets)
        case .linuxCooked: behindEtherType(at: 14, next: 16, in: octets)
        case .linuxCooked2: behindEtherType(at: 0, next: 20, in: octets)
        case .rawIP: versioned(at: 0, in: octets)
        // The family's number differs between systems and is in the byte order of the machine; the packet says its version itself.
        case .loopback: versioned(at: 4, in: octets)
        case .other: nil
        }
    }

    /// Steps over VLAN tags (IEEE 802.1Q and 802.1ad), at most eight.
    private func behindEtherType(at offset: Int, next: Int, in octets: Span<UInt8>) -> Int? {
        var type = octets.uint16(at: offset)
        var next = next
        var tags = 0
        while let tag = type, Self.isTag(tag), tags < 8 {
            type = octets.uint16(at: next + 2)
            next += 4
            tags += 1
        }
        return type == 0x0800 || type == 0x86DD ? versioned(at: next, in: octets) : nil
    }

    private static func isTag(_ etherType: UInt16) -> Bool { etherType == 0x8100 || etherType == 0x88A8 || etherType == 0x9100 }

    private func versioned(at offset: Int, in octets: Span<UInt8>) -> Int? {
        guard let first = octets.octet(at: offset), first >> 4 == 4 || first >> 4 == 6 else { return nil }
        return offset
    }
}
