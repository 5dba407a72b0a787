// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A thread of the operating system that runs one function to its end, for parts that block.
public final class PlainThread: Sendable {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let thread: pthread_t

    /// Starts at once. The signal mask is that of the thread that calls.
    ///
    /// - Parameter name: what `top -H` shows; the kernel keeps fifteen octets.
    /// - Throws: the system's text when it has no room for another thread.
    public init(_ name: String, run: @escaping @Sendable () -> Void) throws(ThreadError) {
        // The reference is given to the new thread, which takes it over exactly once; without a thread it is taken back.
        let body = unsafe Unmanaged.passRetained(Body(name: name, run: run))
        var thread = pthread_t()
        let error = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                nameThisThread(body.name)
                body.run()
                return nil
            }, body.toOpaque())
        self.thread = thread
        guard error == 0 else {
            unsafe body.release()
            throw ThreadError(name: name, reason: unsafe String(cString: strerror(error)))
        }
    }

    /// Waits for the end of the function. Must be called once and only once.
    public func join() {
        pthread_join(thread, nil)
    }
}

/// For debuggers and `top -H`; a thread without a name works as well, so that errors do not matter.
private func nameThisThread(_ name: String) {
    let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    let octets = Array(name.utf8.prefix(15))
    // The kernel reads as many octets as the array has.
    _ = unsafe write(file, octets, octets.count)
}

/// The system gave no thread.
public struct ThreadError: Error, Hashable, CustomStringConvertible {
    public let name: String
    public let reason: String

    public var description: String { "cannot start the thread '\(name)': \(reason)" }
}
