// SPDX-License-Identifier: Apache-2.0

/// When templates are sent (RFC 7011 §8.1, §8.4): always before their data, and then as the transport asks.
public enum TemplateRule: Sendable, Hashable {
    /// A stream delivers all or nothing: once a session.
    case once
    /// A datagram may be lost: again when so much time has passed or so many messages were sent, whichever is first.
    case repeated(every: Duration, messages: Int)

    /// Ten minutes, which a receiver's usual lifetime of thirty minutes allows to be lost twice.
    public static let datagrams = TemplateRule.repeated(every: .seconds(600), messages: .max)

    func isDue(lastSent: Timestamp?, now: Timestamp, messagesSince: Int) -> Bool {
        guard let lastSent else { return true }
        switch self {
        case .once: return false
        // The second condition is a clock that was set back.
        case .repeated(let interval, let messages): return now - lastSent >= interval || now < lastSent || messagesSince >= messages
        }
    }
}
