// SPDX-License-Identifier: Apache-2.0

/// What can go wrong between this program and the daemons of Open vSwitch.
///
/// Every case ends one exchange only: the next call connects again. `peer` is the path of the socket.
public enum OpenVSwitchError: Error, Hashable, Sendable {
    /// The file that holds the daemon's process id is missing or holds something else.
    case daemonNotFound(pidFile: String, cause: String)
    /// Nobody listens at the socket, or this user may not open it.
    case cannotConnect(peer: String, cause: String)
    /// The peer did not answer before the deadline. The connection was given up: a late answer would be taken for the next one.
    case timedOut(peer: String, waitingFor: String)
    /// The peer closed the connection before it had said all.
    case closed(peer: String, waitingFor: String)
    /// Reading or writing failed in the operating system.
    case systemFailure(peer: String, operation: String, cause: String)
    /// The daemon understood the request and refused it; `message` is its own sentence.
    case refused(peer: String, request: String, message: String)
    /// The answer is larger than anything the request can mean.
    case tooLarge(peer: String, limitInOctets: Int)
    /// The answer lists more than the caller has room for.
    case tooMany(peer: String, limit: Int)
    /// The peer does not follow its protocol; nothing after this can be trusted.
    case malformed(peer: String, reason: String)
    /// No common OpenFlow version. `offered` is the switch's bitmap, bit n for wire version n.
    case noCommonVersion(peer: String, offered: UInt32)
    /// An OFPT_ERROR message (OpenFlow 1.5.1 §7.5.4).
    case switchError(peer: String, type: UInt16, code: UInt16)
}

extension OpenVSwitchError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .daemonNotFound(let pidFile, let cause):
            "Is ovs-vswitchd running? Looked for its process id in \(pidFile): \(cause). Check the run directory."
        case .cannotConnect(let peer, let cause):
            "Cannot connect to \(peer): \(cause). Check that the daemon runs and that this user may open the socket."
        case .timedOut(let peer, let awaited):
            "No answer from \(peer) in time while waiting for \(awaited). The daemon may be busy; a longer timeout may help."
        case .closed(let peer, let awaited):
            "\(peer) closed the connection while \(awaited) was awaited. The daemon may have restarted; the next try connects again."
        case .systemFailure(let peer, let operation, let cause):
            "Could not \(operation) \(peer): \(cause)."
        case .refused(let peer, let request, let message):
            "\(peer) refused \(request): \(message)"
        case .tooLarge(let peer, let limit):
            "The answer of \(peer) is larger than \(limit) octets and was given up."
        case .tooMany(let peer, let limit):
            "\(peer) has more than \(limit) entries to tell. Narrow the request or raise the limit."
        case .malformed(let peer, let reason):
            "\(peer) sent something that does not follow its protocol: \(reason). Check that the socket is the right one."
        case .noCommonVersion(let peer, let offered):
            "\(peer) speaks none of OpenFlow 1.5, 1.4 and 1.3 (version bitmap 0x\(String(offered, radix: 16))). "
                + "Enable one, for example: ovs-vsctl set bridge BRIDGE protocols=OpenFlow13,OpenFlow15"
        case .switchError(let peer, let type, let code):
            "\(peer) answered with OpenFlow error type \(type), code \(code)."
        }
    }
}
