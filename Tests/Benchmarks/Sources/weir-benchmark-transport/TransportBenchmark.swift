// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPFIX
import IPFIXTransport
import Logging
import Synchronization
import TransportSecurity

/// The Collecting Process alone, which hands its messages to nobody: what reception costs without decoding and storing.
///
///     weir-benchmark-transport ENDPOINT [CERTIFICATE KEY AUTHORITIES]
///
/// Says `listening` on standard error; when it is told to end (SIGTERM) a line of JSON on standard output.
@main
struct TransportBenchmark {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 2 || words.count == 5 else { throw Misuse() }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGTERM)
        // Before there are threads, so that none of them is ended by it.
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let credentials =
            try words.count == 5
            ? Credentials(CredentialFiles(certificate: words[2], key: words[3], authorities: words[4]), role: .server) : nil
        let began = ContinuousClock.now
        let collector = CollectingProcess(
            listening: [try Endpoint(words[1])], credentials: credentials, clock: { Timestamp(seconds: 0) + (ContinuousClock.now - began) },
            logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }, deliver: { _ in })
        try collector.start()
        say("listening\n", to: STDERR_FILENO)
        var signal: Int32 = 0
        _ = unsafe sigwait(&signals, &signal)
        collector.stop()
        let statistics = collector.statistics
        say(
            #"{"messages": \#(statistics.messages), "octets": \#(statistics.octets), "drops": \#(statistics.kernelDrops)}"# + "\n",
            to: STDOUT_FILENO)
    }

    private static func say(_ text: String, to descriptor: Int32) {
        let octets = Array(text.utf8)
        _ = unsafe write(descriptor, octets, octets.count)
    }
}

struct Misuse: Error {}
