// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Metering
import PacketCapture
import Synchronization

/// What the thread that captures and the one that polls share.
final class CaptureThread: Sendable {
    private struct State: ~Copyable {
        var meter: PacketMeter
        var counts = LiveCapture.Counts.none
        var failure: CaptureError?
        var isStopping = false
    }

    private let state: Mutex<State>
    private let clock: SteadyClock

    /// Frames that are metered before another thread may come between.
    private static let batch = 256

    init(_ meter: PacketMeter.Configuration, clock: SteadyClock) {
        self.clock = clock
        state = Mutex(State(meter: PacketMeter(meter, seed: .random(in: .min ... .max))))
    }

    /// Captures until told to stop, or until the interface is gone.
    func run(_ box: LiveCaptureBox) {
        box.withCapture { capture in
            var frame = Frame.empty
            do {
                while try step(capture, &frame) {}
            } catch {
                state.withLock { $0.failure = error as? CaptureError }
            }
        }
    }

    /// - Returns: false when told to stop.
    private func step(_ capture: LiveCapture, _ frame: inout Frame) throws -> Bool {
        let first = try capture.read(into: &frame, patience: .milliseconds(200))
        let now = clock.now
        let counts = capture.counts
        return try state.withLock { state in
            state.counts = counts ?? state.counts
            switch first {
            case .silence: state.meter.advance(to: now)
            case .frame:
                state.meter.receive(frame)
                for _ in 1..<Self.batch {
                    guard try capture.read(into: &frame, patience: .zero) == .frame else { break }
                    state.meter.receive(frame)
                }
            }
            return !state.isStopping
        }
    }

    func stop() { state.withLock { $0.isStopping = true } }

    func takeFailure() -> CaptureError? {
        state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
    }

    var counts: LiveCapture.Counts { state.withLock { $0.counts } }
    var statistics: PacketMeterStatistics { state.withLock { $0.meter.statistics } }

    /// Those that ended since the last call, then those that go on.
    func takeConnections() -> (connections: [Connection], PacketMeterStatistics, LiveCapture.Counts) {
        state.withLock { state in
            var connections: [Connection] = []
            connections.reserveCapacity(state.meter.connectionCount + state.meter.endCount)
            state.meter.takeEnds { connections.append($0.connection) }
            state.meter.takeConnections { connections.append($0.connection) }
            return (connections, state.meter.statistics, state.counts)
        }
    }

    /// As `takeConnections`, with what captures alone know.
    func takeCaptured() -> (connections: [CapturedConnection], PacketMeterStatistics) {
        state.withLock { state in
            var connections: [CapturedConnection] = []
            state.meter.takeEnds { connections.append($0) }
            state.meter.takeConnections { connections.append($0) }
            return (connections, state.meter.statistics)
        }
    }
}

/// Hands a capture to the thread that reads it, which is the only one that ever takes it out.
final class LiveCaptureBox: Sendable {
    private let capture: Mutex<LiveCapture>

    init(_ capture: sending LiveCapture) { self.capture = Mutex(capture) }

    func withCapture(_ body: (LiveCapture) -> Void) { capture.withLock { body($0) } }
}
