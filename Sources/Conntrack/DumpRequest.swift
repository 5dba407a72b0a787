// SPDX-License-Identifier: Apache-2.0

/// A request for the entries of the table, all or those of one zone.
struct DumpRequest: Hashable {
    /// The kernel's filter; nil asks for the whole table.
    let filter: UInt16?
    /// The zones whose entries are kept; nil keeps all.
    let zones: [UInt16]?

    /// The requests that together answer for `zones`: one a zone, so that the kernel leaves out all others.
    ///
    /// A filter for zone 0 matches everything (ctnetlink_filter_match in net/netfilter/nf_conntrack_netlink.c), so with zone 0
    /// among the zones one dump of the whole table serves them all, as it does for a kernel that does not pick.
    static func plan(zones: [UInt16]?, kernelPicks: Bool = true) -> [DumpRequest] {
        guard let zones else { return [DumpRequest(filter: nil, zones: nil)] }
        guard !zones.isEmpty else { return [] }
        if zones.contains(0) || !kernelPicks { return [DumpRequest(filter: nil, zones: zones)] }
        return Set(zones).sorted().map { DumpRequest(filter: $0, zones: [$0]) }
    }

    /// The netlink message: header, `struct nfgenmsg` with family AF_UNSPEC for both families, and CTA_ZONE.
    func octets(sequenceNumber: UInt32) -> [UInt8] {
        var body: [UInt8] = [0, 0, 0, 0]
        if let filter {
            body += nativeOctets(UInt16(6)) + nativeOctets(EntryAttribute.zone.rawValue) + networkOctets(filter) + [0, 0]
        }
        let header = NetlinkHeader(
            type: NetlinkMessageType.getEntries, flags: [.request, .dump], sequenceNumber: sequenceNumber, bodyLength: body.count)
        return header.octets + body
    }
}
