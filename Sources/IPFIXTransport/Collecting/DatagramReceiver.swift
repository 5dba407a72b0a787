// SPDX-License-Identifier: Apache-2.0

import CSocket
import Glibc

/// Takes datagrams from a socket, up to 64 with one call of the system.
///
/// Safe because it alone owns its two buffers, gives out copies only, and only of what the last call has written.
@safe struct DatagramReceiver: ~Copyable {
    /// 4 MiB of address space, of which ordinary datagrams touch one page in sixteen.
    private let slots: UnsafeMutablePointer<UInt8>
    private let datagrams: UnsafeMutablePointer<csocket_datagram>
    private var count = 0

    init() {
        unsafe slots = .allocate(capacity: Int(CSOCKET_SLOTS * CSOCKET_SLOT_OCTETS))
        unsafe datagrams = .allocate(capacity: Int(CSOCKET_SLOTS))
    }

    deinit {
        unsafe slots.deallocate()
        unsafe datagrams.deallocate()
    }

    /// The number of datagrams that waited, 0 when none did; throws the system's error.
    mutating func receive(from socket: Descriptor) throws(SystemError) -> Int {
        // Both buffers have the size that the function documents, and it fills only what it returns the count of.
        let result = unsafe csocket_receive_many(socket.number, slots, datagrams)
        count = max(0, Int(result))
        if result < 0, -result != EAGAIN, -result != EINTR { throw SystemError(code: -result) }
        return count
    }

    /// A datagram of the last call.
    func datagram(at index: Int) -> (peer: DatagramPeer, octets: [UInt8]) {
        precondition(index >= 0 && index < count, "only datagrams that were received can be read")
        // The index is below the count, so the element and its slot were written; the length is at most a slot.
        let datagram = unsafe datagrams[index]
        let slot = unsafe UnsafeBufferPointer(start: slots + index * Int(CSOCKET_SLOT_OCTETS), count: Int(datagram.length))
        return (DatagramPeer(datagram.peer), unsafe [UInt8](slot))
    }
}
