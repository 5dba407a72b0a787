// SPDX-License-Identifier: Apache-2.0

import CommandEntry
import IPFIX
import IPFIXTransport
import Logging
import Metering
import OpenVSwitch
import Synchronization

/// Counters from the IPFIX stream in which a bridge tells of every packet, received on the loopback interface.
final class BridgeStreamCounting: DirectionCounting {
    struct Options {
        var bridge: String
        var databaseSocket: String
        /// On which the stream is received, by UDP.
        var port: UInt16
        /// Whether the bridge is told to send it, and told to stop at the end.
        var configures: Bool
        var observationDomainID: UInt32
        /// The bridge tells of a flow at least this often.
        var interval: Duration
    }

    /// What the receiving thread and the source's share.
    private struct State {
        var streams: [TransportSession: BridgeFlowStream] = [:]
        var accounts = DirectionAccounts(place: .received)
        var ended = BridgeFlowStream.Statistics()
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    /// How often the bridge's configuration is looked at again: an operator may change it, a new database has lost it.
    private static let checkInterval = Duration.seconds(60)

    private let options: Options
    private let bridge: BridgeIPFIX
    private let shared: Shared
    private let collecting: CollectingProcess
    private let clock: @Sendable () -> Timestamp
    private let logger: Logger
    private var isExact = true
    private var lastCheck: Timestamp
    private var missedBefore: UInt64 = 0

    /// Receives, and has the bridge send if that was asked for.
    ///
    /// - Throws: when the port cannot be used, or the bridge sends a sample only or refuses.
    init(_ options: Options, clock: @escaping @Sendable () -> Timestamp, logger: Logger) throws {
        self.options = options
        self.clock = clock
        self.logger = logger
        bridge = BridgeIPFIX(bridge: options.bridge, databaseSocket: options.databaseSocket)
        let shared = Shared()
        self.shared = shared
        let domain = options.configures ? options.observationDomainID : (try? bridge.configuration())?.observationDomainID
        collecting = CollectingProcess(
            listening: [Endpoint(.udp, host: "127.0.0.1", port: options.port)], clock: clock, logger: logger,
            deliver: { batch in Self.receive(batch, from: domain, into: shared, at: clock()) })
        lastCheck = clock()
        try collecting.start()
        do {
            try check()
            if !isExact { throw InexactStream(bridge: options.bridge) }
        } catch let error as OpenVSwitchError where !error.isRefusal {
            // The switch may be starting; the first poll looks again.
            logger.warning("bridge not asked for its IPFIX yet", metadata: ["cause": "\(error)"])
            lastCheck = lastCheck - Self.checkInterval
        } catch {
            collecting.stop()
            throw error
        }
    }

    func update() throws {
        let now = clock()
        if now - lastCheck >= Self.checkInterval {
            try check()
            lastCheck = now
        }
        shared.state.withLock { $0.accounts.forget(at: now) }
        reportMissed()
    }

    func count(_ connection: inout Connection) {
        guard isExact else { return }
        let now = clock()
        let counted = shared.state.withLock { [connection] state in
            var connection = connection
            state.accounts.count(&connection, at: now)
            return connection
        }
        connection = counted
    }

    func finishPoll(isWhole: Bool) { shared.state.withLock { $0.accounts.finishPoll(isWhole: isWhole) } }

    func stop() {
        if options.configures {
            do {
                if try bridge.undo() { logger.info("bridge sends no IPFIX any more", metadata: ["bridge": "\(options.bridge)"]) }
            } catch {
                logger.warning(
                    "IPFIX of the bridge stays configured; the next start takes it back, or: ovs-vsctl clear bridge BRIDGE ipfix",
                    metadata: ["bridge": "\(options.bridge)", "cause": "\(error)"])
            }
        }
        collecting.stop()
    }

    private static func receive(_ batch: CollectedBatch, from domain: UInt32?, into shared: Shared, at now: Timestamp) {
        shared.state.withLock { state in
            switch batch.event {
            case .opened: state.streams[batch.session] = BridgeFlowStream(observationDomainID: domain)
            case .closed: state.ended.add(state.streams.removeValue(forKey: batch.session)?.statistics)
            case .messages(let messages):
                var counts: [DirectionCount] = []
                for message in messages { state.streams[batch.session]?.receive(message, at: now, into: &counts) }
                state.accounts.add(counts, at: now)
            }
        }
    }

    private func check() throws {
        let present = try bridge.configuration()
        if options.configures, present?.isOurs != true || present?.targets != [target] {
            try bridge.configure(target: target, observationDomainID: options.observationDomainID, interval: options.interval)
            logger.notice("bridge sends IPFIX about every packet", metadata: ["bridge": "\(options.bridge)", "to": "\(target)"])
            isExact = true
            return
        }
        if present == nil {
            logger.warning(
                "bridge sends no IPFIX: counters stay unknown; have it configured with --ovs-ipfix-configure",
                metadata: ["bridge": "\(options.bridge)"])
        }
        let isExact = present?.isExact ?? true
        if self.isExact, !isExact {
            logger.warning(
                "bridge samples packets: counters are unknown until sampling is 1 again", metadata: ["bridge": "\(options.bridge)"])
        }
        self.isExact = isExact
    }

    private var target: String { "127.0.0.1:\(options.port)" }

    private func reportMissed() {
        let sums = shared.state.withLock { state in
            var sums = state.ended
            for stream in state.streams.values { sums.add(stream.statistics) }
            return sums
        }
        let missed = sums.lost + sums.setsWithoutTemplate
        if missed > missedBefore {
            logger.warning(
                "counters are too low: some of the bridge's records did not come or could not be read",
                metadata: ["lost": "\(sums.lost)", "without template": "\(sums.setsWithoutTemplate)"])
        }
        missedBefore = missed
    }
}

extension BridgeFlowStream.Statistics {
    /// What a warning needs of the sums.
    fileprivate mutating func add(_ other: Self?) {
        guard let other else { return }
        self = Self(lost: lost + other.lost, setsWithoutTemplate: setsWithoutTemplate + other.setsWithoutTemplate)
    }
}

extension OpenVSwitchError {
    fileprivate var isRefusal: Bool { if case .refused = self { true } else { false } }
}

struct InexactStream: Error, CustomStringConvertible, CannotStart {
    let bridge: String

    var description: String {
        "bridge \(bridge) samples packets, so that counters of connections cannot be had; set sampling=1 in its IPFIX row, "
            + "or clear the row and use --ovs-ipfix-configure"
    }
}
