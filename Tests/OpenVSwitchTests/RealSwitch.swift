// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Open vSwitch's own daemons in a directory of their own, with a bridge `br-int` on the userspace datapath and ports `p1`, `p2`.
///
/// The ports are the daemon's dummies: packets are given to it by its control socket, and none of them leaves the process, so neither
/// privileges nor network namespaces are needed.
final class RealSwitch {
    let directory: TemporaryDirectory
    private let database: Process
    private var daemon: Process

    var managementSocket: String { "\(directory.path)/br-int.mgmt" }
    var databaseSocket: String { "\(directory.path)/db.sock" }

    init() throws {
        directory = try TemporaryDirectory()
        let path = directory.path
        try Self.run(["ovsdb-tool", "create", "\(path)/conf.db", "/usr/share/openvswitch/vswitch.ovsschema"], in: path)
        database = try Self.start(
            ["ovsdb-server", "\(path)/conf.db", "--remote=punix:\(path)/db.sock", "--pidfile", "-vconsole:off"], in: path)
        try Self.wait(for: "\(path)/db.sock")
        try Self.run(["ovs-vsctl", "--no-wait", "init"], in: path)
        daemon = try Self.startDaemon(in: path)
        try vsctl(
            "add-br br-int -- set bridge br-int datapath_type=dummy fail_mode=secure "
                + "protocols=OpenFlow10,OpenFlow13,OpenFlow14,OpenFlow15")
        for port in [1, 2] { try vsctl("add-port br-int p\(port) -- set interface p\(port) type=dummy ofport_request=\(port)") }
    }

    deinit {
        for process in [daemon, database] where process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// Words divided by spaces.
    @discardableResult
    func vsctl(_ words: String) throws -> String {
        try Self.run(["ovs-vsctl", "--timeout=10"] + words.split(separator: " ").map(String.init), in: directory.path)
    }

    /// Replaces the bridge's flows, in the syntax of ovs-ofctl.
    func replaceFlows(_ flows: [String]) throws {
        try directory.write(flows.joined(separator: "\n") + "\n", to: "flows")
        try ofctl("del-flows")
        try ofctl("add-flows", "\(directory.path)/flows")
    }

    func ofctl(_ command: String, _ arguments: String...) throws {
        try Self.run(["ovs-ofctl", "-O", "OpenFlow15", command, "unix:\(managementSocket)"] + arguments, in: directory.path)
    }

    @discardableResult
    func appctl(_ words: String...) throws -> String {
        try Self.run(["ovs-appctl", "-t", "ovs-vswitchd"] + words, in: directory.path)
    }

    /// A UDP packet with 64 octets of payload into a port: 92 octets of IP in a frame of 106, which is what flows and ports count.
    func receive(port: Int, from source: String, _ sourcePort: Int, to destination: String, _ destinationPort: Int) throws {
        try appctl(
            "netdev-dummy/receive", "p\(port)",
            "in_port(\(port)),eth(src=50:54:00:00:00:0\(port),dst=50:54:00:00:00:0\(3 - port)),eth_type(0x0800),ipv4(src=\(source),"
                + "dst=\(destination),proto=17,tos=0,ttl=64,frag=no),udp(src=\(sourcePort),dst=\(destinationPort))")
    }

    /// Returns when the flows' counters hold every packet so far.
    func settleCounters() throws { try appctl("revalidator/wait") }

    func killDaemon() {
        kill(daemon.processIdentifier, SIGKILL)
        daemon.waitUntilExit()
    }

    func startDaemon() throws {
        daemon = try Self.startDaemon(in: directory.path)
        // Returns when the daemon has taken up its configuration; before that it does not know all requests yet.
        try vsctl("set Open_vSwitch . external_ids:started=\(daemon.processIdentifier)")
    }

    private static func startDaemon(in path: String) throws -> Process {
        try? FileManager.default.removeItem(atPath: "\(path)/ovs-vswitchd.pid")
        let daemon = try start(["ovs-vswitchd", "unix:\(path)/db.sock", "--pidfile", "--enable-dummy", "-vconsole:off"], in: path)
        try wait(for: "\(path)/ovs-vswitchd.pid")
        return daemon
    }

    /// Both daemons make the file when they begin to listen.
    private static func wait(for path: String) throws {
        for _ in 0..<1000 where !FileManager.default.fileExists(atPath: path) { usleep(10_000) }
        try #require(FileManager.default.fileExists(atPath: path))
    }

    private static func start(_ command: [String], in path: String) throws -> Process {
        let process = process(command, in: path)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    @discardableResult
    private static func run(_ command: [String], in path: String) throws -> String {
        let process = process(command, in: path)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(command.joined(separator: " ")): \(text)")
        return text
    }

    private static func process(_ command: [String], in path: String) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        var environment = ProcessInfo.processInfo.environment
        for name in ["OVS_RUNDIR", "OVS_DBDIR", "OVS_LOGDIR", "OVS_SYSCONFDIR"] { environment[name] = path }
        environment["PATH"] = (environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/usr/local/sbin"
        process.environment = environment
        return process
    }
}
