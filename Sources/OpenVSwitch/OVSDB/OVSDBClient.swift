// SPDX-License-Identifier: Apache-2.0

public import Metering

/// Watches which pods are connected to this node's switch: a monitor of the Interface table over ovsdb-server's Unix
/// socket (RFC 7047 §4.1.5). Needs no credentials of the cluster.
public struct OVSDBClient: Sendable {
    /// What happened to the session, for logs and counters.
    public enum Event: Sendable, Hashable {
        /// The first rows have come.
        case connected
        /// The session ended or could not begin; the next attempt follows after 250 ms to 8 s. The pods last told stay.
        case disconnected(OpenVSwitchError)
    }

    private let socketPath: String
    private let timeout: Duration

    /// - Parameters:
    ///   - socketPath: such as `/var/run/openvswitch/db.sock`.
    ///   - timeout: for connecting and for the first rows.
    public init(socketPath: String, timeout: Duration = .seconds(10)) {
        self.socketPath = socketPath
        self.timeout = timeout
    }

    /// Blocks until `stop` answers true, which it is asked at least five times a second.
    ///
    /// - Parameters:
    ///   - onChange: gets all pods of the node, sorted by interface, first as soon as they are known and then whenever one of them
    ///     changed.
    ///   - onPorts: the same with all ports that have a number.
    public func run(
        stop: () -> Bool, onChange: ([LocalPod]) -> Void, onPorts: ([SwitchPort]) -> Void = { _ in }, onEvent: (Event) -> Void = { _ in }
    ) {
        var backoff = Backoff()
        var told: [LocalPod]?
        var toldPorts: [SwitchPort]?
        while !stop() {
            do throws(OpenVSwitchError) {
                var session = try OVSDBSession(socketPath: socketPath, timeout: timeout)
                backoff.succeeded()
                onEvent(.connected)
                while true {
                    let pods = session.table.pods
                    if pods != told { onChange(pods) }
                    told = pods
                    let ports = session.table.switchPorts
                    if ports != toldPorts { onPorts(ports) }
                    toldPorts = ports
                    guard try session.nextChange(stop: stop) else { return }
                }
            } catch {
                onEvent(.disconnected(error))
                backoff.wait(unless: stop)
            }
        }
    }
}
