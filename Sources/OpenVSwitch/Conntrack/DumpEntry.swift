// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering

/// What a line has told so far.
struct DumpEntry {
    let protocolIdentifier: UInt8
    var original: DumpTuple?
    var reply: DumpTuple?
    var id: UInt32?
    var zone: UInt16 = 0
    var mark: UInt32 = 0
    var label = Connection.Label()
    var status: Connection.Status = []
    var originalState: Connection.TCPState?
    var replyState: Connection.TCPState?
    var start: Timestamp?
    var stop: Timestamp?
    var timeoutSeconds: UInt32?

    init(protocolIdentifier: UInt8) { self.protocolIdentifier = protocolIdentifier }

    func connection(lineLength: Int) throws(DumpRejection) -> Connection {
        guard let original, let reply, let originalTuple = original.tuple, let replyTuple = reply.tuple else {
            throw DumpRejection(.missingTuple, at: lineLength)
        }
        return Connection(
            original: originalTuple, reply: replyTuple, protocolIdentifier: protocolIdentifier, zone: zone,
            id: id == 0 ? nil : id, mark: mark, label: label, status: status, tcpState: tcpState,
            counters: counters(original, reply), start: start, stop: stop, timeoutSeconds: timeoutSeconds)
    }

    /// The originator's state, unless only the responder's says that the connection has ended.
    ///
    /// A responder that is CLOSED has not spoken yet: it is where the userspace datapath starts
    /// (Open vSwitch lib/conntrack-tcp.c, `tcp_new_conn`).
    private var tcpState: Connection.TCPState? {
        guard protocolIdentifier == 6 else { return nil }  // SCTP's states have some of the same names.
        guard let originalState, !originalState.isEnded, let replyState, replyState.isEnded, replyState != .closed else {
            return originalState ?? replyState
        }
        return replyState
    }

    /// A direction that has carried nothing prints no counters; without any in either the datapath does not count.
    private func counters(_ original: DumpTuple, _ reply: DumpTuple) -> Connection.Counters? {
        guard original.isCounted || reply.isCounted else { return nil }
        return Connection.Counters(
            packets: original.packets ?? 0, octets: original.octets ?? 0,
            reversePackets: reply.packets ?? 0, reverseOctets: reply.octets ?? 0)
    }
}
