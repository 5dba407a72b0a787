// SPDX-License-Identifier: Apache-2.0

internal import CPcap
internal import Glibc
internal import IPFIX

/// The frames of a network interface as they pass, by libpcap. Used by one thread at a time.
///
/// Needs CAP_NET_RAW when it is made, and nothing afterwards.
///
/// Unsafe calls here use the handle, which is open for this object's life, and what `pcap_next_ex` points to, which is valid until the
/// next call and is copied before it.
@safe
public final class LiveCapture {
    public struct Options: Sendable, Hashable {
        /// Octets kept of each frame; metering needs its headers only.
        public var snapLength = 256
        /// Of the kernel's buffer between the interface and this program, in octets; what comes while it is full is lost, and counted.
        public var bufferSize = 16 << 20
        /// Whether frames for others are taken too.
        public var isPromiscuous = false
        /// In the language of pcap-filter(7).
        public var filter: String?

        public init() {}
    }

    /// What the kernel counts of a capture since its beginning.
    public struct Counts: Sendable, Hashable {
        /// Frames that passed the filter.
        public var received: UInt32
        /// Lost because the buffer was full.
        public var dropped: UInt32
        /// Lost by the interface or its driver, where it tells.
        public var droppedByInterface: UInt32

        public static let none = Counts(received: 0, dropped: 0, droppedByInterface: 0)
    }

    public enum Reading: Sendable, Hashable {
        case frame
        /// None came within the time.
        case silence
    }

    public let interface: String
    public let linkType: LinkType
    /// Frames read so far.
    public private(set) var frames = 0
    private let handle: OpaquePointer
    private let descriptor: Int32

    /// - Throws: `cannotCapture` when there is no such interface or right, `badFilter`.
    public init(interface: String, _ options: Options = Options()) throws(CaptureError) {
        self.interface = interface
        let handle = try unsafe Self.opened(interface, options)
        unsafe self.handle = handle
        linkType = LinkType(unsafe pcap_datalink(handle))
        descriptor = unsafe pcap_get_selectable_fd(handle)
    }

    deinit { unsafe pcap_close(handle) }

    /// A handle that is the caller's to close.
    private static func opened(_ interface: String, _ options: Options) throws(CaptureError) -> OpaquePointer {
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard let handle = unsafe pcap_create(interface, &message) else {
            let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw .cannotCapture(interface: interface, reason: reason)
        }
        do throws(CaptureError) {
            try unsafe activate(handle, interface, options, &message)
            return unsafe handle
        } catch {
            unsafe pcap_close(handle)
            throw error
        }
    }

    private static func activate(
        _ handle: OpaquePointer, _ interface: String, _ options: Options, _ message: inout [CChar]
    ) throws(CaptureError) {
        unsafe pcap_set_snaplen(handle, Int32(clamping: options.snapLength))
        unsafe pcap_set_promisc(handle, options.isPromiscuous ? 1 : 0)
        // Milliseconds that the kernel collects frames before it says so: fewer wake-ups.
        unsafe pcap_set_timeout(handle, 100)
        unsafe pcap_set_buffer_size(handle, Int32(clamping: options.bufferSize))
        let result = unsafe pcap_activate(handle)
        guard result >= 0 else {
            let detail = unsafe String(cString: pcap_geterr(handle))
            throw .cannotCapture(interface: interface, reason: detail.isEmpty ? unsafe String(cString: pcap_statustostr(result)) : detail)
        }
        if let filter = options.filter { try unsafe CaptureFilter.set(filter, on: handle) }
        guard unsafe pcap_setnonblock(handle, 1, &message) == 0 else {
            throw .cannotCapture(interface: interface, reason: "it cannot be waited for")
        }
    }

    /// Reads the next frame, reusing the memory of the one before.
    ///
    /// - Parameter patience: how long it waits for one, in whole milliseconds.
    /// - Throws: `cannotCapture` when the interface is gone or down; nothing can be read from then on.
    public func read(into frame: inout Frame, patience: Duration) throws(CaptureError) -> Reading {
        if try take(into: &frame) { return .frame }
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let result = unsafe poll(&wanted, 1, Int32(clamping: patience.wholeMilliseconds))
        guard result > 0 else { return .silence }
        return try take(into: &frame) ? .frame : .silence
    }

    private func take(into frame: inout Frame) throws(CaptureError) -> Bool {
        var header: UnsafeMutablePointer<pcap_pkthdr>?
        var data: UnsafePointer<UInt8>?
        let result = unsafe pcap_next_ex(handle, &header, &data)
        if result == 0 { return false }
        guard result == 1, let header = unsafe header, let data = unsafe data else {
            throw .cannotCapture(interface: interface, reason: unsafe String(cString: pcap_geterr(handle)))
        }
        frames += 1
        unsafe frame.fill(from: header, data, number: frames, linkType: linkType)
        return true
    }

    /// Nil when the kernel does not tell.
    public var counts: Counts? {
        var counts = pcap_stat()
        guard unsafe pcap_stats(handle, &counts) == 0 else { return nil }
        return Counts(received: counts.ps_recv, dropped: counts.ps_drop, droppedByInterface: counts.ps_ifdrop)
    }
}
