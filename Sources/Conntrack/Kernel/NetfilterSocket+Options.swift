// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a socket needs that listens rather than asks. The unsafe calls of this file pass the address of a variable or array together
/// with its own length, for the time of the call only; the kernel copies from it, or writes at most that much.
extension NetfilterSocket {
    /// From here on receives what the kernel multicasts to `group` (`enum nfnetlink_groups` of linux/netfilter/nfnetlink.h).
    func join(group: CInt) throws(ConntrackError) {
        var group = group
        let code = unsafe setsockopt(descriptor, netlinkLevel, addMembership, &group, socklen_t(MemoryLayout<CInt>.size))
        guard code == 0 else { throw .refused(.subscribe, errno: errno) }
    }

    /// Asks for room for messages not yet read, beyond net.core.rmem_max where CAP_NET_ADMIN allows.
    ///
    /// - Returns: the octets granted, counted as asked for; the kernel keeps twice as much, for its own overhead (socket(7)).
    func enlargeReceiveBuffer(octets: Int) throws(ConntrackError) -> Int {
        var size = CInt(clamping: octets)
        let length = socklen_t(MemoryLayout<CInt>.size)
        if unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, length) != 0 {
            // Cut to net.core.rmem_max without an error.
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, length)
        }
        var granted: CInt = 0
        var grantedLength = length
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &granted, &grantedLength) == 0 else {
            throw .refused(.openSocket, errno: errno)
        }
        return Int(granted) / 2
    }

    /// Lets the kernel run `filter` over what it would queue.
    func attach(_ filter: SocketFilter) throws(ConntrackError) {
        let octets = filter.octets
        let code = unsafe octets.withUnsafeBytes { start in
            // struct sock_fprog: how many instructions, and where they are.
            var program = (UInt16(filter.instructions.count), start.baseAddress)
            return unsafe setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout.size(ofValue: program)))
        }
        guard code == 0 else { throw .refused(.subscribe, errno: errno) }
    }

    /// Messages that found no room since the socket was opened, modulo 2^32; nil where the kernel does not tell (before Linux 4.12).
    var lostMessages: UInt32? {
        // SO_MEMINFO fills in what fits of the values of linux/sock_diag.h; the ninth is SK_MEMINFO_DROPS.
        var values = [UInt32](repeating: 0, count: 9)
        var length = socklen_t(values.count * 4)
        let code = unsafe values.withUnsafeMutableBytes {
            unsafe getsockopt(descriptor, SOL_SOCKET, memoryInformation, $0.baseAddress, &length)
        }
        return code == 0 && length == 36 ? values[8] : nil
    }
}

/// SOL_NETLINK, and NETLINK_ADD_MEMBERSHIP of linux/netlink.h.
private let netlinkLevel: CInt = 270
private let addMembership: CInt = 1
/// SO_MEMINFO of asm-generic/socket.h.
private let memoryInformation: CInt = 55
