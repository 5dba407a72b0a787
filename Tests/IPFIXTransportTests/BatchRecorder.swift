// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Synchronization

@testable import IPFIXTransport

/// A Collecting Process on loopback that keeps what it delivers.
final class BatchRecorder: Sendable {
    /// Only a test that fails waits for so long.
    private static let patience = Duration.seconds(30)

    private let batches = Mutex<[CollectedBatch]>([])
    private let change = WakeUp()
    private let gate = WakeUp()
    private let gateHolds: Bool

    /// - Parameter holding: whether messages are held back until `release`.
    init(holding: Bool = false) {
        gateHolds = holding
    }

    func receive(_ batch: CollectedBatch) {
        if gateHolds, case .messages = batch.event { _ = gate.wait(timeout: Self.patience) }
        batches.withLock { $0.append(batch) }
        change.signal()
    }

    func release() {
        gate.signal()
    }

    func collector(
        on endpoints: [Endpoint] = [anyPort], limits: CollectingLimits = CollectingLimits(), clock: TestClock = TestClock()
    ) -> CollectingProcess {
        CollectingProcess(
            listening: endpoints, credentials: TestCertificates.server, limits: limits, clock: { clock.now }, logger: silent,
            deliver: { self.receive($0) })
    }

    var all: [CollectedBatch] { batches.withLock { $0 } }

    /// Every message so far, in order of delivery.
    var messages: [[UInt8]] {
        all.flatMap { batch -> [[UInt8]] in
            guard case .messages(let messages) = batch.event else { return [] }
            return messages
        }
    }

    var ends: [SessionEnd] {
        all.compactMap { batch in
            guard case .closed(let end) = batch.event else { return nil }
            return end
        }
    }

    /// True as soon as the condition holds for what was delivered.
    func wait(until condition: (BatchRecorder) -> Bool) -> Bool {
        while true {
            change.clear()
            if condition(self) { return true }
            if !change.wait(timeout: Self.patience) { return condition(self) }
        }
    }
}

/// A clock that stands still until it is told otherwise.
final class TestClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_800_000_000))

    var now: Timestamp { time.withLock { $0 } }

    func advance(by duration: Duration) {
        time.withLock { $0 = $0 + duration }
    }
}

/// A sender that does as it is told, unlike an Exporting Process.
func connect(to endpoint: Endpoint, _ security: ExportSecurity = TestCertificates.exporter) throws -> ExportConnection {
    let clock = ContinuousClock()
    let start = clock.now
    let assignment = ExportAssignment(
        endpoint: endpoint, security: security, observationDomainID: 1, templateMessages: [], queue: ExportQueue(),
        clock: { Timestamp(seconds: 1_800_000_000) + (clock.now - start) }, configuration: ExportConfiguration(), logger: silent)
    return try ExportConnection.open(for: assignment, interruption: WakeUp())
}
