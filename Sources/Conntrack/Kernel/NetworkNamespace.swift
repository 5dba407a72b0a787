// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A thread's network namespace, whose sockets and /proc/sys/net are those of a node or a pod.
public enum NetworkNamespace {
    /// Runs `body` in another network namespace, on this thread, and comes back.
    ///
    /// Sockets that `body` opens stay in that namespace whatever thread uses them later, and need nothing of what entering needs:
    /// CAP_SYS_ADMIN. Call it before there are other threads to be confused, or on one of one's own.
    ///
    /// - Parameter name: of a namespace in /run/netns, or a path such as `/proc/PID/ns/net`.
    public static func inside<Value: ~Copyable>(
        _ name: String, _ body: () throws(ConntrackError) -> Value
    ) throws(ConntrackError) -> Value {
        let own = "/proc/thread-self/ns/net"
        // Safe: Swift ends the path with a zero and keeps it for the time of the call.
        let home = unsafe open(own, O_RDONLY | O_CLOEXEC)
        guard home >= 0 else { throw .refused(.enterNamespace(path: own), errno: errno) }
        defer { close(home) }
        try enter(path: path(of: name))
        let value: Value
        do throws(ConntrackError) {
            value = try body()
        } catch {
            try enter(home, operation: .leaveNamespace)
            throw error
        }
        try enter(home, operation: .leaveNamespace)
        return value
    }

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
        try enter(descriptor, operation: operation)
    }

    private static func enter(_ descriptor: CInt, operation: ConntrackError.Operation) throws(ConntrackError) {
        guard let setns = HiddenFunctions.setns else { throw .refused(operation, errno: ENOSYS) }
        guard setns(descriptor, newNetwork) == 0 else { throw .refused(operation, errno: errno) }
    }

    /// Where `ip netns` keeps a namespace of that name; what has a slash is a path already.
    static func path(of name: String) -> String {
        name.utf8.contains(UInt8(ascii: "/")) ? name : "/run/netns/\(name)"
    }
}

/// CLONE_NEWNET of linux/sched.h: the descriptor must be a network namespace.
private let newNetwork: CInt = 0x4000_0000
