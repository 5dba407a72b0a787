// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Times and spans as users type them, in the local zone.
enum TimeExpression {
    static func duration(_ text: String) -> Duration? { MomentText.duration(text) }

    /// `now`, or a moment of ``MomentText``.
    static func moment(_ text: String, now: Timestamp) -> Timestamp? {
        text == "now" ? now : MomentText.moment(text, localTime: LocalTime.moment(ofWallClock:))
    }
}
