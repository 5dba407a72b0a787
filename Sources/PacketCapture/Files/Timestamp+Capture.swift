// SPDX-License-Identifier: Apache-2.0

internal import CPcap
internal import Glibc
internal import IPFIX

extension Timestamp {
    /// The time of a frame as libpcap gives it: seconds, and microseconds below one. Saturates.
    init(_ time: timeval) {
        // Once a frame: arithmetic with Duration would cost more than reading the frame.
        let (sum, overflow) = Timestamp(seconds: Int64(time.tv_sec)).milliseconds.addingReportingOverflow(Int64(time.tv_usec) / 1000)
        self.init(milliseconds: overflow ? .max : sum)
    }
}
