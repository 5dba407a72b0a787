// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Where the parts of a capture's reading put what they find.
struct CaptureOutput {
    var events: [CaptureEvent] = []
    var statistics = CaptureStatistics()
}

/// The frame that is being read.
struct Packet {
    let number: Int
    let time: Timestamp
}
