// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Moving a thread into another network namespace, so that its sockets and its /proc/sys/net are those of a node or a pod.
public enum NetworkNamespace {
    /// Moves the calling thread, and no other, into the network namespace that `path` names.
    ///
    /// Call it on a thread of one's own: a thread of Swift concurrency's pool would take unrelated tasks along. Sockets that are
    /// open stay where they were opened. It needs CAP_SYS_ADMIN.
    ///
    /// - Parameter path: such as `/run/netns/NAME` or `/proc/PID/ns/net`.
    public static func enter(path: String) throws(ConntrackError) {
        let operation = ConntrackError.Operation.enterNamespace(path: path)
        // Safe: Swift ends the path with a zero and keeps it for the time of the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .refused(operation, errno: errno) }
        defer { close(descriptor) }
        guard let setns = setNamespaceFunction() else { throw .refused(operation, errno: ENOSYS) }
        guard setns(descriptor, newNetwork) == 0 else { throw .refused(operation, errno: errno) }
    }
}

/// CLONE_NEWNET of linux/sched.h: the descriptor must be a network namespace.
private let newNetwork: CInt = 0x4000_0000

/// The `setns` of the C library, whose header is hidden behind _GNU_SOURCE when Swift imports Glibc.
private func setNamespaceFunction() -> (@convention(c) (CInt, CInt) -> CInt)? {
    guard let symbol = unsafe dlsym(nil, "setns") else { return nil }
    // Safe: the symbol is `int setns(int, int)` in every glibc since 2.14 (setns(2)).
    return unsafe unsafeBitCast(symbol, to: (@convention(c) (CInt, CInt) -> CInt).self)
}
