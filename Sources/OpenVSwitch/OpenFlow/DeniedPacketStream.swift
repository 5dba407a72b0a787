// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Metering

/// Listens for the packets that policy rules refuse, on a bridge's management socket.
///
/// The switch sends a packet-in to every connection that asked for them, for each refused packet: TCP's repeated SYNs too.
public struct DeniedPacketStream: Sendable {
    /// What happened beside denied packets, for logs and counters.
    public enum Event: Sendable, Hashable {
        case connected(OpenFlowVersion)
        /// The next attempt follows after 250 ms to 8 s. What is refused meanwhile is not seen.
        case disconnected(OpenVSwitchError)
        /// A message that is no denied connection.
        case ignored(DeniedPacketDecoder.Reason)
        /// A message beyond the rate: it was not looked at.
        case exceeded
    }

    private let socketPath: String
    private let decoder: DeniedPacketDecoder
    private let timeout: Duration
    private let packetsPerSecond: Int

    /// Octets of a packet that are sent up by flows that do not say how many.
    private static let missSendLength: UInt16 = 128
    private static let nicira: UInt32 = 0x2320
    /// NXT_SET_PACKET_IN_FORMAT, and NXPIF_NXT_PACKET_IN2 (Open vSwitch include/openflow/nicira-ext.h).
    private static let setPacketInFormat: UInt32 = 16, packetIn2Format: UInt32 = 2

    /// - Parameters:
    ///   - socketPath: `RUNDIR/BRIDGE.mgmt`.
    ///   - timeout: for connecting.
    ///   - packetsPerSecond: more are counted and not looked at; twice as many may come at once. 5,000 is what the reference's meter
    ///     lets through.
    public init(
        socketPath: String, decoder: DeniedPacketDecoder = DeniedPacketDecoder(), timeout: Duration = .seconds(10),
        packetsPerSecond: Int = 5000
    ) {
        self.socketPath = socketPath
        self.decoder = decoder
        self.timeout = timeout
        self.packetsPerSecond = packetsPerSecond
    }

    /// Blocks until `stop` answers true, which it is asked at least five times a second.
    ///
    /// - Parameter now: asked once for each message.
    public func run(
        stop: () -> Bool, now: () -> Timestamp, onDenied: (DeniedConnection) -> Void, onEvent: (Event) -> Void = { _ in }
    ) {
        var backoff = Backoff()
        var allowance = PacketAllowance(perSecond: packetsPerSecond)
        while !stop() {
            do throws(OpenVSwitchError) {
                let session = try begin()
                backoff.succeeded()
                onEvent(.connected(session.version))
                while !stop() {
                    guard let message = try session.receiveWithinTick() else { continue }
                    try refuseError(message)
                    let time = now()
                    guard allowance.take(at: time) else {
                        onEvent(.exceeded)
                        continue
                    }
                    switch decoder.decode(message, at: time) {
                    case .denied(let connection): onDenied(connection)
                    case .ignored(let reason): onEvent(.ignored(reason))
                    }
                }
            } catch {
                onEvent(.disconnected(error))
                backoff.wait(unless: stop)
            }
        }
    }

    /// A management connection gets packet-ins only after SET_CONFIG with a length, and userdata only in Nicira's format.
    private func begin() throws(OpenVSwitchError) -> OpenFlowSession {
        let deadline = Deadline.after(timeout)
        let session = try OpenFlowSession(socketPath: socketPath, deadline: deadline)
        var configuration: [UInt8] = [0, 0]
        configuration.append(bigEndian: Self.missSendLength)
        _ = try session.send(OpenFlowMessage.Kind.setConfig, configuration, deadline: deadline)
        var format: [UInt8] = []
        format.append(bigEndian: Self.nicira)
        format.append(bigEndian: Self.setPacketInFormat)
        format.append(bigEndian: Self.packetIn2Format)
        _ = try session.send(OpenFlowMessage.Kind.experimenter, format, deadline: deadline)
        return session
    }

    /// An error can only mean that the switch does not know the format.
    private func refuseError(_ message: OpenFlowMessage) throws(OpenVSwitchError) {
        let body = message.body.span
        guard message.type == OpenFlowMessage.Kind.error, let type = body.bigEndian16(at: 0), let code = body.bigEndian16(at: 2) else {
            return
        }
        throw .switchError(peer: socketPath, type: type, code: code)
    }
}
