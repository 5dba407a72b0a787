// SPDX-License-Identifier: Apache-2.0

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
}
