// SPDX-License-Identifier: Apache-2.0

public import Metering

/// Asks a bridge for the statistics of its flows over its management socket, in OpenFlow 1.5 or else 1.3.
///
/// Blocking; for one thread. The connection is kept between requests; a request whose kept connection proves dead is
/// made once more on a new one.
public final class OpenFlowClient {
    private let socketPath: String
    private let timeout: Duration
    private let capacity: Int
    private var session: OpenFlowSession?

    /// - Parameters:
    ///   - socketPath: `RUNDIR/BRIDGE.mgmt`.
    ///   - timeout: for a whole request.
    ///   - capacity: flows beyond this many make `.tooMany`.
    public init(socketPath: String, timeout: Duration = .seconds(10), capacity: Int = 1_000_000) {
        self.socketPath = socketPath
        self.timeout = timeout
        self.capacity = capacity
    }

    /// Agreed with the switch; nil while there is no connection.
    public var version: OpenFlowVersion? { session?.version }

    /// The flows of `table` (0xFF is all) whose cookie agrees with `cookie` in the bits of `mask`.
    public func flows(table: UInt8 = 0xFF, cookie: UInt64 = 0, mask: UInt64 = 0) throws(OpenVSwitchError) -> [FlowStatistics] {
        var flows: [FlowStatistics] = []
        try forEachFlow(table, cookie, mask) { flows.append($0) }
        return flows
    }

    /// What the flows of an accounting table counted, one direction of a connection each. Flows that match anything
    /// else, such as the table's last one, are left out.
    ///
    /// The packet that made the switch learn a flow is not in that flow's counters.
    public func accounting(table: UInt8, cookie: UInt64, mask: UInt64) throws(OpenVSwitchError) -> [DirectionCount] {
        var counts: [DirectionCount] = []
        try forEachFlow(table, cookie, mask) { flow in
            if let count = flow.directionCount { counts.append(count) }
        }
        return counts
    }

    private func forEachFlow(
        _ table: UInt8, _ cookie: UInt64, _ mask: UInt64, _ each: (FlowStatistics) -> Void
    ) throws(OpenVSwitchError) {
        let deadline = Deadline.after(timeout)
        let request = Self.request(table: table, cookie: cookie, mask: mask)
        let (session, first) = try begin(request, deadline)
        let decoder = FlowStatisticsDecoder(version: session.version)
        // Until the last part has come, an error leaves answers behind that nobody awaits.
        self.session = nil
        var part = first
        var flows = 0
        while true {
            let transactionID = part.transactionID
            do throws(FlowStatisticsDecoder.Malformed) {
                try decoder.decode(part.body.span.extracting(8..<part.body.count)) { flow in
                    flows += 1
                    if flows <= capacity { each(flow) }
                }
            } catch {
                throw .malformed(peer: socketPath, reason: error.reason)
            }
            guard flows <= capacity else { throw .tooMany(peer: socketPath, limit: capacity) }
            let hasMore = (part.body.span.bigEndian16(at: 2) ?? 0) & 1 == 1
            if !hasMore { break }
            part = try nextPart(session, transactionID, deadline)
        }
        self.session = session
    }

    /// Sends the request and waits for the first part of the answer, over a new connection if the kept one is dead.
    private func begin(_ body: [UInt8], _ deadline: Deadline) throws(OpenVSwitchError) -> (OpenFlowSession, OpenFlowMessage) {
        if let kept = session {
            session = nil
            do throws(OpenVSwitchError) {
                return (kept, try exchange(kept, body, deadline))
            } catch .closed {
                // The switch has restarted since the last request.
            }
        }
        let new = try OpenFlowSession(socketPath: socketPath, deadline: deadline)
        return (new, try exchange(new, body, deadline))
    }

    private func exchange(_ session: OpenFlowSession, _ body: [UInt8], _ deadline: Deadline) throws(OpenVSwitchError) -> OpenFlowMessage {
        let transactionID = try session.send(OpenFlowMessage.Kind.multipartRequest, body, deadline: deadline)
        return try nextPart(session, transactionID, deadline)
    }

    private func nextPart(
        _ session: OpenFlowSession, _ transactionID: UInt32, _ deadline: Deadline
    ) throws(OpenVSwitchError) -> OpenFlowMessage {
        while true {
            let message = try session.receive(waitingFor: "flow statistics", deadline: deadline)
            guard message.transactionID == transactionID else { continue }
            let body = message.body.span
            if message.type == OpenFlowMessage.Kind.error, let type = body.bigEndian16(at: 0), let code = body.bigEndian16(at: 2) {
                throw .switchError(peer: socketPath, type: type, code: code)
            }
            guard message.type == OpenFlowMessage.Kind.multipartReply, body.count >= 8, body.bigEndian16(at: 0) == 1 else {
                throw .malformed(peer: socketPath, reason: "the answer to a request for flows is none")
            }
            return message
        }
    }

    /// type(2) flags(2) pad(4) table(1) pad(3) out_port(4) out_group(4) pad(4) cookie(8) mask(8) match; the same in 1.3
    /// (OFPMP_FLOW) and 1.5 (OFPMP_FLOW_DESC).
    private static func request(table: UInt8, cookie: UInt64, mask: UInt64) -> [UInt8] {
        var body: [UInt8] = [0, 1, 0, 0, 0, 0, 0, 0, table, 0, 0, 0]
        body.append(bigEndian: UInt32.max)  // OFPP_ANY
        body.append(bigEndian: UInt32.max)  // OFPG_ANY
        body.append(bigEndian: UInt32(0))
        body.append(bigEndian: cookie)
        body.append(bigEndian: mask)
        return body + [0, 1, 0, 4, 0, 0, 0, 0]  // An OXM match of no fields, padded.
    }
}
