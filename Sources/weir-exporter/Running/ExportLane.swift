// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import IPFIXTransport

/// What goes to one collector: flow records packed into messages, each with the volume of its flows.
struct ExportLane {
    let queue: ExportQueue
    private var packer: FlowPacker
    /// Of the records that the packer holds.
    private var volume = FlowVolume()

    init(to queue: ExportQueue, packer: FlowPacker) {
        self.queue = queue
        self.packer = packer
    }

    mutating func append(_ flow: FlowRecord, names: borrowing NameTable) {
        if let full = packer.append(flow, names: names) { send(full) }
        volume += FlowVolume(of: flow)
    }

    /// Sends what has been appended since the last message.
    mutating func flush() {
        if let last = packer.flush() { send(last) }
    }

    /// Sends statistics, which are no flows.
    mutating func append(_ bodies: [MessageBody]) {
        for body in bodies { queue.append(ExportedMessage(sets: body.sets, recordCount: body.recordCount)) }
    }

    private mutating func send(_ body: MessageBody) {
        queue.append(ExportedMessage(sets: body.sets, recordCount: body.recordCount, flows: volume))
        volume = FlowVolume()
    }
}

extension FlowVolume {
    /// One record.
    fileprivate init(of flow: FlowRecord) {
        let packets = flow[unsigned: .packetDeltaCount], reversePackets = flow[unsigned: .reversePacketDeltaCount]
        let octets = flow[unsigned: .octetDeltaCount], reverseOctets = flow[unsigned: .reverseOctetDeltaCount]
        let isCounted = packets != nil && octets != nil
        self.init(
            records: 1, packets: (packets ?? 0) &+ (reversePackets ?? 0), octets: (octets ?? 0) &+ (reverseOctets ?? 0),
            uncounted: isCounted ? 0 : 1)
    }
}
