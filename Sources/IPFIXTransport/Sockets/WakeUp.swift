// SPDX-License-Identifier: Apache-2.0

import CSocket

/// A flag that a thread can wait for together with its sockets.
final class WakeUp: Sendable {
    private let descriptor: Descriptor

    init() {
        do {
            descriptor = try Descriptor(csocket_wake_open())
        } catch {
            fatalError("a part of the program could not be built: eventfd: \(error)")
        }
    }

    var number: Int32 { descriptor.number }

    func signal() {
        csocket_wake_signal(descriptor.number)
    }

    func clear() {
        csocket_wake_clear(descriptor.number)
    }

    /// Whether it was signalled before the timeout; nil waits for ever.
    func wait(timeout: Duration?) -> Bool {
        Poll.wait(for: [.readable(number)], timeout: timeout)[0]
    }
}
