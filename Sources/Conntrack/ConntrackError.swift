// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What stopped a reading of the kernel's connection tracking. Nothing of that reading was kept; the next may succeed.
public enum ConntrackError: Error, Sendable, Hashable {
    /// The kernel refused; `errno` is a number of errno.h.
    case refused(Operation, errno: Int32)
    /// The kernel did not answer in time.
    case timedOut(after: Duration)
    /// A datagram did not fit the buffer.
    case datagramTooLong(octets: Int, limit: Int)
    /// The kernel reported lost messages (NLMSG_OVERRUN).
    case overrun
    /// The socket was closed under us.
    case closed
    /// A control file holds something other than one whole number.
    case notANumber(path: String, text: String)

    /// What was tried.
    public enum Operation: Sendable, Hashable {
        case openSocket
        case sendRequest
        case receive
        /// To the kernel's events.
        case subscribe
        /// The kernel's own answer to a request.
        case dump
        case read(path: String)
        case write(path: String)
        case enterNamespace(path: String)
        /// Going back to the namespace that the thread came from.
        case leaveNamespace
        case readLog(group: UInt16)
        case dropPrivileges
    }
}

extension ConntrackError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let operation, let errno):
            "\(operation) failed: \(systemErrorText(errno)) (errno \(errno)). \(advice(operation, errno))"
        case .timedOut(let duration):
            "the kernel did not answer a conntrack request within \(duration). "
                + "The next poll tries again; if this stays, the machine is overloaded."
        case .datagramTooLong(let octets, let limit):
            "a conntrack datagram of \(octets) octets does not fit the buffer of \(limit). "
                + "The poll was given up; please report this with the version of the kernel."
        case .overrun:
            "the kernel lost conntrack messages while answering. The poll was given up; the next one reads everything again."
        case .closed:
            "the conntrack socket was closed, which the kernel does not do by itself. Start the program again."
        case .notANumber(let path, let text):
            "\(path) holds '\(text)' where a whole number is expected. Check that /proc/sys is the kernel's own."
        }
    }
}

extension ConntrackError.Operation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .openSocket: "opening a netfilter netlink socket"
        case .sendRequest: "asking the kernel for its conntrack table"
        case .receive: "receiving from the kernel's connection tracking"
        case .subscribe: "subscribing to the events of kernel connection tracking"
        case .dump: "reading kernel connection tracking"
        case .read(let path): "reading \(path)"
        case .write(let path): "writing \(path)"
        case .enterNamespace(let path): "entering the network namespace \(path)"
        case .leaveNamespace: "going back to the network namespace of the start"
        case .readLog(let group): "reading group \(group) of the kernel's packet log"
        case .dropPrivileges: "giving up privileges"
        }
    }
}

/// What someone can do about it.
private func advice(_ operation: ConntrackError.Operation, _ errno: Int32) -> String {
    switch (operation, errno) {
    case (.enterNamespace, EPERM), (.enterNamespace, EACCES):
        "Entering another network namespace needs CAP_SYS_ADMIN: run as root or grant it."
    case (.enterNamespace, EINVAL):
        "The file is not a network namespace; name one of /run/netns or /proc/PID/ns/net."
    case (.leaveNamespace, _), (.dropPrivileges, _):
        "The program was not started: nothing is known of the state it would run in. Please report this with the version of the kernel."
    case (.readLog, EINVAL), (.readLog, EOPNOTSUPP):
        "The kernel's nfnetlink_log may be missing: `modprobe nfnetlink_log`."
    case (.readLog, EPERM), (.readLog, EBUSY):
        "Another program reads this group, then choose another for the rules and here; or CAP_NET_ADMIN in the network namespace is missing."
    case (.enterNamespace, _):
        "Check the path; `ip netns` keeps its namespaces in /run/netns."
    case (.write(let path), EPERM), (.write(let path), EACCES), (.write(let path), EROFS):
        "Switching this on needs CAP_NET_ADMIN and a writable /proc/sys: grant them, or set \(path) to 1 before the start."
    case (.read, ENOENT), (.write, ENOENT):
        "This network namespace has no connection tracking: load nf_conntrack (`modprobe nf_conntrack`) or add a rule that uses it."
    case (_, EPERM), (_, EACCES):
        "Reading kernel connection tracking needs CAP_NET_ADMIN in the network namespace: run as root or grant the capability."
    case (.openSocket, EPROTONOSUPPORT), (.openSocket, EAFNOSUPPORT), (.dump, EINVAL), (.dump, EOPNOTSUPP):
        "The kernel's nf_conntrack_netlink may be missing: `modprobe nf_conntrack_netlink`."
    case (_, EMFILE), (_, ENFILE):
        "Too many files are open: raise the limit (`ulimit -n`)."
    case (.receive, ENOBUFS), (_, ENOMEM):
        "The kernel has no memory for the answer; the next poll tries again."
    default:
        "The next poll tries again."
    }
}
