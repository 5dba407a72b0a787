// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Turns milliseconds since an exporter's start into points in time.
enum UptimeClock {
    /// NetFlow v9 says the uptime in each packet's header.
    case packet(MessageHeader)
    /// IPFIX says in systemInitTimeMilliseconds when the exporter was started.
    case started(Timestamp)

    /// Nil for what is no uptime.
    func absolute(_ value: Value) -> Value? {
        guard case .unsigned(let milliseconds) = value, let uptime = UInt32(exactly: milliseconds), let time = time(of: uptime),
            let unsigned = UInt64(exactly: time.milliseconds)
        else { return nil }
        return DateTime(milliseconds: unsigned).map(Value.dateTime)
    }

    private func time(of uptime: UInt32) -> Timestamp? {
        switch self {
        case .packet(let header): header.time(ofUptime: uptime)
        case .started(let start): start + .milliseconds(Int64(uptime))
        }
    }
}
