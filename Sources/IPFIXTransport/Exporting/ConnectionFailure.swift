// SPDX-License-Identifier: Apache-2.0

/// Why something could not be sent.
enum ConnectionFailure: Error, Hashable {
    /// Nobody listened when an earlier datagram arrived (ICMP port unreachable); the session goes on.
    case refused
    /// The message does not fit in a datagram.
    case tooLarge
    /// The session is over, in the operating system's words.
    case lost(String)
    /// The Exporting Process was told to end at once.
    case interrupted
}
