// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A blocking netlink socket to the kernel's netfilter, in the network namespace of the thread that opens it.
///
/// The unsafe calls of this file pass the address of a buffer together with its own length, for the time of the call only;
/// the kernel writes at most that many octets.
struct NetfilterSocket: ~Copyable, Sendable {
    let descriptor: CInt
    private let timeout: Duration

    /// - Parameter timeout: how long `receive` waits.
    init(timeout: Duration) throws(ConntrackError) {
        let descriptor = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), netlinkNetfilter)
        guard descriptor >= 0 else { throw .refused(.openSocket, errno: errno) }
        guard connectToKernel(descriptor) else {
            let error = ConntrackError.refused(.openSocket, errno: errno)
            close(descriptor)
            throw error
        }
        try self.init(adopting: descriptor, timeout: timeout)
    }

    /// Takes over a connected socket that keeps message boundaries, and closes it at the end.
    init(adopting descriptor: CInt, timeout: Duration) throws(ConntrackError) {
        guard setReceiveTimeout(descriptor, timeout) else {
            let error = ConntrackError.refused(.openSocket, errno: errno)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.timeout = timeout
    }

    deinit {
        close(descriptor)
    }

    /// Sends whole netlink messages as one datagram.
    func send(_ octets: [UInt8]) throws(ConntrackError) {
        let sent = retrying {
            unsafe octets.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        }
        guard sent >= 0 else { throw .refused(.sendRequest, errno: errno) }
    }

    /// Waits for a datagram and puts it at the start of `buffer`.
    ///
    /// - Returns: its length in octets, at least 1 and at most `buffer.count`.
    func receive(into buffer: inout [UInt8]) throws(ConntrackError) -> Int {
        switch try arrival(into: &buffer, .wait) {
        case .datagram(let length): return length
        case .nothing: throw .timedOut(after: timeout)
        case .lost: throw .refused(.receive, errno: ENOBUFS)
        }
    }

    enum Patience { case wait, look }

    enum Arrival: Hashable {
        /// Of `length` octets, at least 1, at the start of the buffer.
        case datagram(length: Int)
        /// None came in time.
        case nothing
        /// The receive buffer was full and messages were lost; what is in it still comes (ENOBUFS).
        case lost
    }

    /// The next datagram, waited for or only looked for.
    func arrival(into buffer: inout [UInt8], _ patience: Patience) throws(ConntrackError) -> Arrival {
        // With MSG_TRUNC the kernel returns the datagram's whole length even if it writes less of it.
        let flags = CInt(MSG_TRUNC) | (patience == .look ? CInt(MSG_DONTWAIT) : 0)
        let received = retrying {
            unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, flags) }
        }
        if received < 0 {
            switch errno {
            case EAGAIN, EWOULDBLOCK, EINTR: return .nothing
            case ENOBUFS: return .lost
            case let code: throw .refused(.receive, errno: code)
            }
        }
        guard received > 0 else { throw .closed }
        guard received <= buffer.count else { throw .datagramTooLong(octets: received, limit: buffer.count) }
        return .datagram(length: received)
    }

    /// Throws away what is left of an unfinished answer, so that the socket can be used for the next request.
    ///
    /// A dump goes on only while it is read, so this ends it (netlink_dump in net/netlink/af_netlink.c).
    func drain(into buffer: inout [UInt8]) throws(ConntrackError) {
        for _ in 0..<Self.longestAnswerInDatagrams {
            do throws(ConntrackError) {
                if try arrival(into: &buffer, .look) == .nothing { return }
            } catch .datagramTooLong {
                continue
            }
        }
        throw .overrun
    }

    /// More than a table of a hundred million entries needs.
    private static let longestAnswerInDatagrams = 1 << 20
}

/// NETLINK_NETFILTER of linux/netlink.h.
private let netlinkNetfilter: CInt = 12

/// Connects to port 0, the kernel. A connected netlink socket refuses messages from everyone else, so what is received
/// needs no check of its sender (netlink_getsockbyportid in net/netlink/af_netlink.c).
private func connectToKernel(_ descriptor: CInt) -> Bool {
    // struct sockaddr_nl: family, padding, port id 0, groups 0.
    let address = nativeOctets(UInt16(AF_NETLINK)) + [UInt8](repeating: 0, count: 10)
    return unsafe address.withUnsafeBytes { octets in
        guard let start = octets.baseAddress else { return false }
        return unsafe connect(descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(octets.count)) == 0
    }
}

private func setReceiveTimeout(_ descriptor: CInt, _ timeout: Duration) -> Bool {
    let (seconds, attoseconds) = timeout.components
    var time = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    return unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size)) == 0
}

/// Calls again when a signal came in between, a bounded number of times.
func retrying(_ call: () -> Int) -> Int {
    var result = call()
    var attempts = 1
    while result < 0, errno == EINTR, attempts < 32 {
        result = call()
        attempts += 1
    }
    return result
}
