// SPDX-License-Identifier: Apache-2.0

import Conntrack
import Glibc
import Metering

/// What `ci/benchmark-conntrack` runs in a network namespace of its own.
///
///     weir-benchmark-conntrack dump ZONE PASSES      reads the entries of a zone, 0 for all; prints entries, seconds and a checksum
///     weir-benchmark-conntrack events COUNT OCTETS   says "listening", waits for the ends of COUNT entries with a receive buffer of
///                                                    OCTETS, and prints beginnings, ends, lost events and seconds from first to last
@main
enum ConntrackBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count == 4, arguments[1] == "dump", let zone = UInt16(arguments[2]), let passes = Int(arguments[3]) {
            try dump(zone: zone, passes: passes)
        } else if arguments.count == 4, arguments[1] == "events", let count = UInt64(arguments[2]), let octets = Int(arguments[3]) {
            try listen(count: count, octets: octets)
        } else {
            print("weir-benchmark-conntrack dump ZONE PASSES, or weir-benchmark-conntrack events COUNT OCTETS")
        }
    }

    private static func dump(zone: UInt16, passes: Int) throws {
        var kernel = try KernelConntrack()
        var entries = 0
        var checksum: UInt64 = 0
        let clock = ContinuousClock(), begin = clock.now
        for _ in 0..<passes {
            let statistics = try kernel.poll(zones: zone == 0 ? nil : [zone]) { connection in
                let start = UInt64(connection.start?.milliseconds ?? 0)
                checksum &+= UInt64(connection.id ?? 0) ^ UInt64(connection.original.sourcePort) ^ UInt64(connection.mark) ^ start
            }
            entries += statistics.entries
        }
        print(entries, (clock.now - begin) / .seconds(1), checksum)
    }

    private static func listen(count: UInt64, octets: Int) throws {
        var listener = try KernelConntrackEvents(receiveBuffer: octets, patience: .seconds(2))
        print("listening")
        fflush(nil)
        var events: [ConnectionEvent] = []
        events.reserveCapacity(1024)
        let clock = ContinuousClock()
        var begin: ContinuousClock.Instant?
        // Ends are the last to come; two seconds without any event end a run in which the last ones were lost.
        while listener.statistics.destroyed < count {
            events.removeAll(keepingCapacity: true)
            _ = try listener.read(upTo: 1024, into: &events)
            if events.isEmpty, begin != nil { break }
            begin = begin ?? clock.now
        }
        let statistics = listener.statistics
        print(statistics.new, statistics.destroyed, statistics.lost, (clock.now - (begin ?? clock.now)) / .seconds(1))
    }
}
