// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Metering
import PacketCapture

/// Reads captures to their end and prints their connections; for `--once`, which needs no collector.
struct CaptureOnceRun {
    let format: CaptureListing
    let settings: CaptureSettings
    /// How long an interface is listened to.
    let interval: Duration
    let clock: SteadyClock
    let stopping: Mailbox<Void>

    private var connections: [ListedConnection] = []
    private var isWhole = true

    /// A file is taken as it is: connections have all the room that they need.
    private static let capacity = 8_000_000

    init(format: CaptureListing, settings: CaptureSettings, interval: Duration, clock: SteadyClock, stopping: Mailbox<Void>) {
        self.format = format
        self.settings = settings
        self.interval = interval
        self.clock = clock
        self.stopping = stopping
    }

    mutating func read(file: String) throws(CaptureError) {
        let capture = try CapturePlace.open(file: file, filter: settings.filter)
        var configuration = settings.metering(.none)
        configuration.capacity = Self.capacity
        var meter = PacketMeter(configuration, seed: .random(in: .min ... .max))
        var progress = CaptureProgress(capture)
        var frame = Frame.empty
        do throws(CaptureError) {
            while try capture.file.read(into: &frame), !stopping.isClosed {
                meter.receive(frame)
                if meter.endCount > 0 { meter.takeEnds { connections.append(ListedConnection($0)) } }
                progress.note(capture.file)
            }
        } catch {
            fail("\(error)")
        }
        progress.finish()
        meter.finish()
        meter.takeEnds { connections.append(ListedConnection($0)) }
        meter.takeConnections { connections.append(ListedConnection($0)) }
        tell(meter.statistics, of: file)
    }

    mutating func read(interface: String) throws {
        let shared = CaptureThread(settings.metering(.conntrack), clock: clock)
        let box = LiveCaptureBox(try LiveCapture(interface: interface, settings.live))
        let thread = try PlainThread("capture") { shared.run(box) }
        _ = stopping.take(timeout: interval)
        shared.stop()
        thread.join()
        let (captured, statistics) = shared.takeCaptured()
        connections += captured.map { ListedConnection($0) }
        if let failure = shared.takeFailure() { fail("\(failure)") }
        let lost = shared.counts.dropped &+ shared.counts.droppedByInterface
        if lost > 0 { fail("\(interface): \(lost) packets were not captured") }
        tell(statistics, of: interface)
    }

    /// Prints everything that was read.
    ///
    /// - Returns: false when something could not be.
    mutating func finish() -> Bool {
        connections.sort(by: ListedConnection.isBefore)
        print(format.text(connections), terminator: "")
        return isWhole
    }

    private mutating func fail(_ problem: String) {
        StandardError.write("weir-exporter: \(problem)\n")
        isWhole = false
    }

    private func tell(_ statistics: PacketMeterStatistics, of name: String) {
        var parts = ["\(statistics.metered) metered"]
        func add(_ count: UInt64, _ what: String) { if count > 0 { parts.append("\(count) \(what)") } }
        add(statistics.notIP, "without IP")
        add(statistics.malformed, "malformed")
        add(statistics.cut, "cut by the capture")
        add(statistics.withoutPorts, "whose ports were not captured")
        add(statistics.fragmentsAlone, "fragments without a first")
        StandardError.write(
            "weir-exporter: \(name): \(statistics.frames) frames, \(parts.joined(separator: ", ")); \(statistics.begun) connections\n")
    }
}
