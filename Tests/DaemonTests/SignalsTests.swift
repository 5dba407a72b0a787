// SPDX-License-Identifier: Apache-2.0

import Daemon
import Glibc
import Testing

struct SignalsTests {
    @Test("each of the signals ends the wait", arguments: Signals.Signal.allCases)
    func ends(signal: Signals.Signal) async {
        // In a process of its own, because signals concern a whole process; to its own thread, because the test runner has
        // others, which a program has not yet when it prepares.
        await #expect(processExitsWith: .exitCode(7)) { [number = signal.rawValue as Int32] in
            Signals.prepare()
            pthread_kill(pthread_self(), number)
            exit(Signals.waitForTermination().rawValue == number ? 7 : 1)
        }
    }

    @Test("an interrupt while the program is ending exits at once with 130", arguments: [Signals.Signal.interrupt, .terminate])
    func secondInterrupt(first: Signals.Signal) async {
        await #expect(processExitsWith: .exitCode(ExitStatus.interrupted)) { [number = first.rawValue as Int32] in
            Signals.prepare()
            pthread_kill(pthread_self(), number)
            _ = Signals.waitForTermination()
            pthread_kill(pthread_self(), SIGINT)
            // Sent to this very thread, where it is not blocked, so it has been delivered when the call returns.
            exit(1)
        }
    }

    @Test("writing to a pipe that nobody reads is an error and not the end")
    func brokenPipe() async {
        await #expect(processExitsWith: .exitCode(7)) {
            Signals.prepare()
            var ends: [Int32] = [0, 0]
            guard unsafe pipe(&ends) == 0 else { exit(1) }
            close(ends[0])
            let octets: [UInt8] = [1]
            exit(unsafe write(ends[1], octets, 1) == -1 && errno == EPIPE ? 7 : 1)
        }
    }
}
