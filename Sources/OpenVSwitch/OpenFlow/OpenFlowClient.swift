// SPDX-License-Identifier: Apache-2.0

public import Metering

/// Asks a bridge for the statistics of its flows and ports over its management socket, in the newest of OpenFlow 1.5, 1.4 and 1.3
/// that it speaks.
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
    ///   - capacity: flows or ports beyond this many make `.tooMany`.
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

    /// What the flows of policy rules counted. Flows that count for no rule are left out.
    public func ruleCounts(_ policy: PolicyFlows) throws(OpenVSwitchError) -> [RuleCount] {
        var counts: [RuleCount] = []
        for table in policy.tables.isEmpty ? [0xFF] : policy.tables {
            try forEachFlow(table, policy.cookie, policy.cookieMask) { flow in
                if let count = policy.count(of: flow) { counts.append(count) }
            }
        }
        return counts
    }

    /// What all ports of the bridge counted, its own included.
    public func portCounts() throws(OpenVSwitchError) -> [PortCount] {
        var counts: [PortCount] = []
        try forEachPart(.portStatistics, MultipartKind.anyPort) { (entries, version) throws(MalformedReply) in
            try PortStatisticsDecoder(version: version).decode(entries) { counts.append($0) }
            return counts.count
        }
        return counts
    }

    private func forEachFlow(
        _ table: UInt8, _ cookie: UInt64, _ mask: UInt64, _ each: (FlowStatistics) -> Void
    ) throws(OpenVSwitchError) {
        var flows = 0
        let request = MultipartKind.flows(table: table, cookie: cookie, mask: mask)
        try forEachPart(.flowStatistics, request) { (entries, version) throws(MalformedReply) in
            try FlowStatisticsDecoder(version: version).decode(entries) { flow in
                flows += 1
                if flows <= capacity { each(flow) }
            }
            return flows
        }
    }

    /// - Parameter take: gets the entries of each part, and returns how many there have been in all.
    private func forEachPart(
        _ kind: MultipartKind, _ request: [UInt8], _ take: (Span<UInt8>, OpenFlowVersion) throws(MalformedReply) -> Int
    ) throws(OpenVSwitchError) {
        let deadline = Deadline.after(timeout)
        let (session, first) = try begin(kind, request, deadline)
        // Until the last part has come, an error leaves answers behind that nobody awaits.
        self.session = nil
        var part = first
        while try takePart(part, session.version, take) {
            part = try nextPart(session, kind, part.transactionID, deadline)
        }
        self.session = session
    }

    /// - Returns: whether another part follows.
    private func takePart(
        _ part: OpenFlowMessage, _ version: OpenFlowVersion, _ take: (Span<UInt8>, OpenFlowVersion) throws(MalformedReply) -> Int
    ) throws(OpenVSwitchError) -> Bool {
        let body = part.body.span
        let count: Int
        do throws(MalformedReply) {
            count = try take(body.extracting(MultipartKind.headerLength..<body.count), version)
        } catch {
            throw .malformed(peer: socketPath, reason: error.reason)
        }
        guard count <= capacity else { throw .tooMany(peer: socketPath, limit: capacity) }
        return (body.bigEndian16(at: 2) ?? 0) & 1 == 1
    }

    /// Sends the request and waits for the first part of the answer, over a new connection if the kept one is dead.
    private func begin(
        _ kind: MultipartKind, _ request: [UInt8], _ deadline: Deadline
    ) throws(OpenVSwitchError) -> (OpenFlowSession, OpenFlowMessage) {
        if let kept = session {
            session = nil
            do throws(OpenVSwitchError) {
                return (kept, try exchange(kept, kind, request, deadline))
            } catch .closed {
                // The switch has restarted since the last request.
            }
        }
        let new = try OpenFlowSession(socketPath: socketPath, deadline: deadline)
        return (new, try exchange(new, kind, request, deadline))
    }

    private func exchange(
        _ session: OpenFlowSession, _ kind: MultipartKind, _ request: [UInt8], _ deadline: Deadline
    ) throws(OpenVSwitchError) -> OpenFlowMessage {
        let transactionID = try session.send(OpenFlowMessage.Kind.multipartRequest, kind.header + request, deadline: deadline)
        return try nextPart(session, kind, transactionID, deadline)
    }

    private func nextPart(
        _ session: OpenFlowSession, _ kind: MultipartKind, _ transactionID: UInt32, _ deadline: Deadline
    ) throws(OpenVSwitchError) -> OpenFlowMessage {
        while true {
            let message = try session.receive(waitingFor: "flow or port statistics", deadline: deadline)
            guard message.transactionID == transactionID else { continue }
            let body = message.body.span
            if message.type == OpenFlowMessage.Kind.error, let type = body.bigEndian16(at: 0), let code = body.bigEndian16(at: 2) {
                throw .switchError(peer: socketPath, type: type, code: code)
            }
            guard message.type == OpenFlowMessage.Kind.multipartReply, body.count >= MultipartKind.headerLength,
                body.bigEndian16(at: 0) == kind.rawValue
            else { throw .malformed(peer: socketPath, reason: "the answer to a request for statistics is another one") }
            return message
        }
    }
}
