// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Glibc
import IPFIX
import Metering

/// A table of connections polled every five seconds: what a poll takes, and what a connection takes up.
struct MeteringBenchmark {
    let connections: Int

    struct Result {
        /// Seconds of a poll in which nothing has changed, expiry included.
        var quietPoll = 0.0
        /// Of one in which every connection has grown, and is reported.
        var busyPoll = 0.0
        /// Of a look for what is due, when nothing is.
        var idleExpiry = 0.0
        /// Resident memory of the process beyond what it was before, for each connection, while all are reported.
        var octetsPerConnection = 0.0
        var records = 0
    }

    private static let polls = 5
    private static let portion = 1024

    func run() -> Result {
        var result = Result()
        let before = Self.residentOctets
        var configuration = MeteringConfiguration(nodeName: "benchmark")
        configuration.onlyLocalPods = false
        var process = MeteringProcess(configuration, seed: 42)
        var records: [MeteredRecord] = []
        var now = Timestamp(seconds: 1_800_000_000)
        // The first two polls make the table and its first records.
        for round in 0..<2 { _ = poll(&process, &records, &now, packets: UInt64(round + 1)) }
        for round in 0..<Self.polls { result.busyPoll += poll(&process, &records, &now, packets: UInt64(round + 3), &result.records) }
        result.octetsPerConnection = Double(Self.residentOctets - before) / Double(connections)
        for _ in 0..<Self.polls { result.quietPoll += poll(&process, &records, &now, packets: UInt64(Self.polls + 2)) }
        let looks = 1000
        result.idleExpiry = seconds {
            for look in 0..<looks { _ = process.expire(at: now + .milliseconds(Int64(look) * 2), into: &records) }
        }
        result.busyPoll /= Double(Self.polls)
        result.quietPoll /= Double(Self.polls)
        result.idleExpiry /= Double(looks)
        return result
    }

    private func poll(_ process: inout MeteringProcess, _ records: inout [MeteredRecord], _ now: inout Timestamp, packets: UInt64) -> Double
    {
        var ignored = 0
        return poll(&process, &records, &now, packets: packets, &ignored)
    }

    /// One poll and the records that are due after it; only the metering is timed.
    private func poll(
        _ process: inout MeteringProcess, _ records: inout [MeteredRecord], _ now: inout Timestamp, packets: UInt64, _ made: inout Int
    ) -> Double {
        now = now + .seconds(5)
        process.beginPoll(of: .first, at: now)
        var total = 0.0
        var entries: [Connection] = []
        for first in stride(from: 0, to: connections, by: Self.portion) {
            entries.removeAll(keepingCapacity: true)
            for number in first..<min(first + Self.portion, connections) { entries.append(entry(number, packets: packets)) }
            total += seconds { for entry in entries { process.observe(entry, from: .first, at: now) } }
        }
        total += seconds {
            process.endPoll(of: .first, isWhole: true, at: now)
            while process.expire(at: now + .milliseconds(100), limit: Self.portion, into: &records) { count(&records, &made) }
            count(&records, &made)
        }
        return total
    }

    private func count(_ records: inout [MeteredRecord], _ made: inout Int) {
        made += records.count
        records.removeAll(keepingCapacity: true)
    }

    private func entry(_ number: Int, packets: UInt64) -> Connection {
        let client = IPAddress(v4: 0x0A0A_0000 | UInt32(number & 0xFFF)), server = IPAddress(v4: 0x0A0B_0000 | UInt32(number >> 12))
        let port = UInt16(truncatingIfNeeded: 1024 + number % 60_000)
        return Connection(
            original: .init(source: client, destination: server, sourcePort: port, destinationPort: 443),
            reply: .init(source: server, destination: client, sourcePort: 443, destinationPort: port), protocolIdentifier: 6, zone: 65520,
            id: UInt32(number), mark: 3, tcpState: .established,
            counters: .init(packets: packets, octets: packets * 900, reversePackets: packets, reverseOctets: packets * 9000),
            start: Timestamp(seconds: 1_800_000_000))
    }

    private func seconds(_ body: () -> Void) -> Double {
        let (seconds, attoseconds) = ContinuousClock().measure(body).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// The second number of /proc/self/statm, in pages.
    private static var residentOctets: Int {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard unsafe fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
    }
}
