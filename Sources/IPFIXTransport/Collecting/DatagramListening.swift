// SPDX-License-Identifier: Apache-2.0

/// One UDP socket of a Collecting Process, read by a thread of its own.
protocol DatagramListening: Sendable {
    /// With the port that the system chose.
    var endpoint: Endpoint { get }

    /// Reads until `stop`, then what has arrived by then.
    func run()

    func stop()
}
