// SPDX-License-Identifier: Apache-2.0

extension KernelConntrack {
    /// What the kernel has counted of its connection tracking, and how full the table is. It costs a few microseconds a CPU.
    public mutating func statistics() throws(ConntrackError) -> ConntrackStatistics {
        try prepare()
        var statistics = try ask(for: NetlinkMessageType.cpuStatistics, [.request, .dump])
        let table = try ask(for: NetlinkMessageType.tableStatistics, [.request])
        needsDraining = false
        statistics.entries = table.entries
        statistics.maximum = table.maximum
        return statistics
    }

    private mutating func ask(for type: UInt16, _ flags: NetlinkHeader.Flags) throws(ConntrackError) -> ConntrackStatistics {
        sequenceNumber &+= 1
        // `struct nfgenmsg` of any family.
        let header = NetlinkHeader(type: type, flags: flags, sequenceNumber: sequenceNumber, bodyLength: 4)
        try socket.send(header.octets + [0, 0, 0, 0])
        var parser = StatisticsParser(sequenceNumber: sequenceNumber)
        while !parser.hasTable {
            let length = try socket.receive(into: &buffer)
            switch parser.receive(buffer.span.extracting(..<length)) {
            case .unfinished: continue
            case .done: return parser.statistics
            case .failed(let errno): throw .refused(.dump, errno: errno)
            case .overrun: throw .overrun
            }
        }
        return parser.statistics
    }
}
