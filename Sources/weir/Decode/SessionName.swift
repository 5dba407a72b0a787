// SPDX-License-Identifier: Apache-2.0

internal import PacketCapture

/// What the answer calls a Transport Session: two ends in a capture, or a file of Messages.
enum SessionName: Hashable, CustomStringConvertible {
    case captured(CapturedSession)
    case file(String)

    var description: String {
        switch self {
        case .captured(let session): session.description
        case .file(let name): name
        }
    }

    /// Whether Messages may be lost or overtake each other, and templates are not withdrawn.
    var isDatagram: Bool {
        if case .captured(let session) = self { session.transport == .udp } else { false }
    }
}
