// SPDX-License-Identifier: Apache-2.0

internal import CPcap
internal import Glibc
internal import IPFIX

/// The frames of a pcap or pcapng file, read by libpcap.
///
/// Unsafe calls here use the handle, which is open for this object's life, and what `pcap_next_ex` points to, which is valid until the
/// next call and is copied before it.
@safe
public final class CaptureFile {
    public let name: String
    public let linkType: LinkType
    /// Frames read so far.
    public private(set) var frames = 0
    let handle: OpaquePointer
    /// Owns the memory that the handle reads, if there is any.
    private let input: InputFile

    /// The first four octets of a file that libpcap reads.
    public static func recognizes(_ beginning: [UInt8]) -> Bool {
        let magic = beginning.prefix(4).reduce(0) { UInt32($0) << 8 | UInt32($1) }
        return beginning.count >= 4 && [0xA1B2_C3D4, 0xD4C3_B2A1, 0xA1B2_3C4D, 0x4D3C_B2A1, 0x0A0D_0D0A].contains(magic)
    }

    /// - Parameter input: at its beginning; it is this object's from here on.
    public init(_ input: InputFile) throws(CaptureError) {
        self.input = input
        name = input.name
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        let beginning = input.beginning(4)
        guard let stream = unsafe input.handOver() else { throw .notACapture(file: name, reason: "it is closed") }
        guard let handle = unsafe pcap_fopen_offline(stream, &message) else {
            unsafe input.takeBack(stream)
            throw .notACapture(file: name, reason: Self.remedy(beginning) ?? Self.text(message))
        }
        unsafe self.handle = handle
        linkType = LinkType(unsafe pcap_datalink(handle))
    }

    deinit { unsafe pcap_close(handle) }

    /// Reads the next frame, reusing the memory of the one before.
    ///
    /// - Returns: false at the end of the file.
    /// - Throws: `cannotRead` where the file is damaged or cut; libpcap reads no further.
    public func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        var header: UnsafeMutablePointer<pcap_pkthdr>?
        var data: UnsafePointer<UInt8>?
        let result = unsafe pcap_next_ex(handle, &header, &data)
        guard result == 1, let header = unsafe header, let data = unsafe data else {
            if result == PCAP_ERROR_BREAK { return false }
            throw .cannotRead(file: name, packet: frames, reason: unsafe String(cString: pcap_geterr(handle)))
        }
        frames += 1
        unsafe frame.fill(from: header, data, number: frames, linkType: linkType)
        return true
    }

    /// What to do about files that are captures inside.
    private static func remedy(_ beginning: [UInt8]) -> String? {
        let programs: [(magic: [UInt8], program: String)] = [
            ([0x1F, 0x8B], "zcat"), ([0xFD, 0x37, 0x7A], "xzcat"), ([0x28, 0xB5, 0x2F, 0xFD], "zstdcat"),
            ([0x04, 0x22, 0x4D, 0x18], "lz4cat"),
        ]
        return programs.first { beginning.starts(with: $0.magic) }.map { "it is compressed; read it from a pipe: \($0.program) FILE |" }
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
