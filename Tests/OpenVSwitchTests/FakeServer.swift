// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

/// A real Unix socket behind which a script answers, one connection after the other, on a thread of its own.
///
/// The thread ends with the last connection. A script that waits for something that never comes gives up after 10 s.
final class FakeServer: Sendable {
    let path: String
    private let end = End()

    private final class End: Sendable {
        let condition = NSCondition()
        let hasCome = Mutex(false)
    }

    /// - Parameters:
    ///   - connections: how many to accept before the socket is closed and removed.
    ///   - script: gets the number of the connection, from 0; the connection closes when it returns.
    init(path: String, connections: Int = 1, script: @escaping @Sendable (Int, FakePeer) -> Void) throws {
        self.path = path
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        try #require(name.count < MemoryLayout.size(ofValue: address.sun_path))
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        // sockaddr_un begins with the fields of sockaddr and its whole size is passed.
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(listener, 8) == 0)
        Thread.detachNewThread { [end] in
            for number in 0..<connections {
                guard let peer = FakePeer(accepting: listener) else { break }
                script(number, peer)
            }
            unsafe unlink(path)
            close(listener)
            end.condition.lock()
            end.hasCome.withLock { $0 = true }
            end.condition.broadcast()
            end.condition.unlock()
        }
    }

    /// Returns when the last connection's script has.
    func wait() {
        end.condition.lock()
        while !end.hasCome.withLock({ $0 }) { end.condition.wait() }
        end.condition.unlock()
    }
}
