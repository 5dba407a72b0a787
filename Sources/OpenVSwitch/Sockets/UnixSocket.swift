// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A connected Unix stream socket that blocks no longer than a deadline. Used by one thread.
///
/// The only place of this module that hands memory to the operating system.
final class UnixSocket {
    /// How often a loop that waits for ever looks whether it shall stop.
    static let tickMilliseconds: Int32 = 200

    let path: String
    private let descriptor: Int32

    /// Connects at once or fails; a listener whose queue is full is tried again until the deadline.
    init(connectingTo path: String, deadline: Deadline) throws(OpenVSwitchError) {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .cannotConnect(peer: path, cause: Self.cause(errno)) }
        do throws(OpenVSwitchError) {
            try connect(deadline)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    func send(_ octets: [UInt8], deadline: Deadline) throws(OpenVSwitchError) {
        var sent = 0
        while sent < octets.count {
            // The pointer is used during the call only, within the array's bounds: sent < count.
            let count = unsafe octets.withUnsafeBytes { memory in
                unsafe Glibc.send(descriptor, memory.baseAddress! + sent, memory.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                try wait(for: POLLOUT, "room to send a request", deadline)
            } else if errno == EPIPE || errno == ECONNRESET {
                throw .closed(peer: path, waitingFor: "a request to be taken")
            } else if errno != EINTR {
                throw .systemFailure(peer: path, operation: "write to", cause: Self.cause(errno))
            }
        }
    }

    /// Reads what there is, waiting for the first octet until the deadline.
    ///
    /// - Returns: how many octets of `buffer` were filled; 0 when the peer has closed.
    func receive(into buffer: inout [UInt8], waitingFor awaited: String, deadline: Deadline) throws(OpenVSwitchError) -> Int {
        precondition(!buffer.isEmpty, "a buffer without room would look like a closed connection")
        while true {
            // The kernel writes at most the count it is given, which is the array's.
            let count = unsafe buffer.withUnsafeMutableBytes { memory in
                unsafe recv(descriptor, memory.baseAddress!, memory.count, 0)
            }
            if count >= 0 { return count }
            switch errno {
            case EAGAIN: try wait(for: POLLIN, awaited, deadline)
            case EINTR: continue
            case ECONNRESET: return 0
            default: throw .systemFailure(peer: path, operation: "read from", cause: Self.cause(errno))
            }
        }
    }

    /// Waits one tick for something to read, the end of the connection included.
    func isReadableWithinTick() -> Bool {
        poll(for: POLLIN, milliseconds: Self.tickMilliseconds) > 0
    }

    /// The operating system's sentence for an error number.
    static func cause(_ number: Int32) -> String {
        // glibc's strerror returns static or thread-local text, never nil; it is copied at once.
        unsafe String(cString: strerror(number))
    }

    private func connect(_ deadline: Deadline) throws(OpenVSwitchError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        // One octet stays zero: the kernel reads the path up to its NUL.
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard !name.isEmpty, name.count <= room, !name.contains(0) else {
            throw .cannotConnect(peer: path, cause: "a socket's path has 1 to \(room) octets")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        while true {
            // sockaddr_un begins with the fields of sockaddr and its whole size is passed.
            let result = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            let number = errno
            if result == 0 { return }
            guard number == EAGAIN || number == EINTR else {
                throw .cannotConnect(peer: path, cause: Self.cause(number))
            }
            // A full queue gives no event to wait for.
            guard deadline.remainingMilliseconds > 0 else { throw .timedOut(peer: path, waitingFor: "a connection") }
            _ = Glibc.poll(nil, 0, 10)
        }
    }

    private func wait(for events: Int32, _ awaited: String, _ deadline: Deadline) throws(OpenVSwitchError) {
        while true {
            let left = deadline.remainingMilliseconds
            let result = poll(for: events, milliseconds: left)
            if result > 0 { return }
            if result == 0, left == 0 { throw .timedOut(peer: path, waitingFor: awaited) }
            if result < 0, errno != EINTR {
                throw .systemFailure(peer: path, operation: "wait for", cause: Self.cause(errno))
            }
        }
    }

    private func poll(for events: Int32, milliseconds: Int32) -> Int32 {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        // One entry, as the count says.
        return unsafe Glibc.poll(&entry, 1, milliseconds)
    }
}
