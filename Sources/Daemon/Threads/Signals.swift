// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How a program is told to end.
public enum Signals {
    /// What a program may be told; the raw value is the number.
    public enum Signal: Int32, Sendable, Hashable, CaseIterable {
        case hangUp = 1
        case interrupt = 2
        case terminate = 15
    }

    /// Call first in `main`, before there is any other thread: threads inherit what is blocked.
    ///
    /// From then on the three signals wait for `waitForTermination`, and writing to a closed pipe or socket is an
    /// ordinary error (SIGPIPE is ignored).
    public static func prepare() {
        mask(SIG_BLOCK, Set(Signal.allCases))
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits until one of the three signals comes to this thread or to the process.
    ///
    /// After the first SIGINT or SIGTERM an interrupt ends the program at once with `ExitStatus.interrupted`, for someone
    /// who does not want to wait until everything is in order.
    public static func waitForTermination() -> Signal {
        var set = signalSet(Set(Signal.allCases))
        var number: Int32 = 0
        repeat {
            // Fails only for an invalid set; with a valid one it returns one of its signals.
            unsafe sigwait(&set, &number)
        } while Signal(rawValue: number) == nil
        let received = Signal(rawValue: number) ?? .terminate
        if received != .hangUp { exitAtNextInterrupt() }
        return received
    }

    /// Whether SIGINT or SIGTERM has come that nobody has waited for yet: what takes long before the program is at work ends then.
    public static var isTerminationPending: Bool {
        var pending = sigset_t()
        unsafe sigpending(&pending)
        return unsafe sigismember(&pending, Signal.interrupt.rawValue) == 1 || sigismember(&pending, Signal.terminate.rawValue) == 1
    }

    /// Ends the program in good order, as SIGTERM from outside does: for a thread that cannot go on.
    public static func terminate() {
        kill(getpid(), Signal.terminate.rawValue)
    }

    private static func exitAtNextInterrupt() {
        // _exit may be called in a signal handler (signal-safety(7)); exit may not.
        signal(SIGINT) { _ in _exit(ExitStatus.interrupted) }
        mask(SIG_UNBLOCK, [.interrupt])
    }

    private static func mask(_ how: some BinaryInteger, _ signals: Set<Signal>) {
        var set = signalSet(signals)
        unsafe pthread_sigmask(Int32(how), &set, nil)
    }

    private static func signalSet(_ signals: Set<Signal>) -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal.rawValue) }
        return set
    }
}
