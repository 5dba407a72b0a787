// SPDX-License-Identifier: Apache-2.0

internal import CPcap
public import IPFIX

/// What was captured of one frame on a link, wherever it came from.
public struct Frame: Sendable {
    /// Counts the frames of a capture from 1, as other programs do.
    public var number: Int
    /// When the frame was seen.
    public var time: Timestamp
    public var linkType: LinkType
    /// Octets the frame had on the link; more than `octets` holds where the capture kept only so many of each.
    public var originalLength: Int
    public var octets: [UInt8]

    public init(number: Int, time: Timestamp, linkType: LinkType, originalLength: Int, octets: [UInt8]) {
        self.number = number
        self.time = time
        self.linkType = linkType
        self.originalLength = originalLength
        self.octets = octets
    }

    /// Room for a frame that is yet to be read.
    public static var empty: Frame {
        Frame(number: 0, time: Timestamp(milliseconds: 0), linkType: .ethernet, originalLength: 0, octets: [])
    }

    /// Whether the capture has less than the frame.
    public var isCut: Bool { originalLength > octets.count }

    /// Becomes the frame that libpcap has just given; reuses the memory of the one before.
    mutating func fill(
        from header: UnsafeMutablePointer<pcap_pkthdr>, _ data: UnsafePointer<UInt8>, number: Int, linkType: LinkType
    ) {
        let facts = unsafe header.pointee
        self.number = number
        self.linkType = linkType
        originalLength = Int(facts.len)
        time = Timestamp(facts.ts)
        octets.removeAll(keepingCapacity: true)
        // libpcap: `data` has `caplen` octets until the next call on its handle.
        unsafe octets.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(facts.caplen)))
    }
}
