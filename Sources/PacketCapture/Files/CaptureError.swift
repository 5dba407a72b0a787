// SPDX-License-Identifier: Apache-2.0

/// Why a capture could not be read, or not further.
public enum CaptureError: Error, Hashable {
    /// `code` is of `errno`.
    case cannotOpen(file: String, code: Int32)
    /// The file is no capture, or one that libpcap cannot read.
    case notACapture(file: String, reason: String)
    /// Reading stopped behind this packet, or before the first when nil; what was read until then counts.
    case cannotRead(file: String, packet: Int?, reason: String)
    /// The interface is not there, is down, or may not be listened to.
    case cannotCapture(interface: String, reason: String)
    case badFilter(String, reason: String)
}

extension CaptureError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let file, let code): "\(file) cannot be opened: \(InputFile.systemText(code))"
        case .notACapture(let file, let reason): "\(file) is not a capture that can be read: \(reason)"
        case .cannotRead(let file, nil, let reason): "\(file) cannot be read: \(reason)"
        case .cannotRead(let file, let packet?, let reason): "\(file) cannot be read further than packet \(packet): \(reason)"
        case .cannotCapture(let interface, let reason): "cannot capture from \(interface): \(reason)"
        case .badFilter(let filter, let reason): "the capture filter '\(filter)' cannot be used: \(reason); see man pcap-filter"
        }
    }
}
