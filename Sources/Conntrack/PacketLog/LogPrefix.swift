// SPDX-License-Identifier: Apache-2.0

import Metering

/// What the prefix of a logging rule says of the packets that it logs, in words separated by anything but letters and digits.
///
///     weir drop ingress 666      action, direction and the rule's id
///     weir reject egress         without an id
///     Antrea:I:Drop:             a prefix in another's form: action and direction where they can be told
///
/// The first word of a kind counts, in any case. A prefix without an action is of a rule that drops; numbers are ids only after `weir`,
/// because elsewhere they may be part of a name.
struct LogPrefix: Hashable {
    enum Verdict: Hashable { case denied(DeniedConnection.Action), allowed }

    private(set) var verdict: Verdict?
    private(set) var direction: DeniedConnection.Direction?
    private(set) var rule: UInt32?

    private var isOurs = false
    private var isFirst = true

    init() {}

    /// - Parameter range: of the text, inside `octets`; it ends at a zero.
    init(_ range: Range<Int>, of octets: RawSpan) {
        var word = Word()
        for position in range {
            let octet = octets.native(UInt8.self, at: position)
            guard octet != 0 else { break }
            if !word.append(octet) { take(&word) }
        }
        take(&word)
    }

    private mutating func take(_ word: inout Word) {
        defer { word = Word() }
        guard !word.isEmpty else { return }
        if isFirst { isOurs = word.letters == Word.weir }
        isFirst = false
        if let verdict = word.verdict { self.verdict = self.verdict ?? verdict }
        if let direction = word.direction { self.direction = self.direction ?? direction }
        if isOurs, let number = word.number { rule = rule ?? number }
    }
}

/// A word of at most eight letters, in small letters, the last in the least significant octet; or a decimal number.
private struct Word {
    private(set) var letters: UInt64 = 0
    private var length = 0
    private var digits: UInt64? = 0

    static let weir = Word("weir").letters

    init() {}

    init(_ text: StaticString) {
        for scalar in text.description.utf8 { _ = append(scalar) }
    }

    var isEmpty: Bool { length == 0 }
    var number: UInt32? { isEmpty ? nil : digits.flatMap { UInt32(exactly: $0) } }

    /// False when the octet is no part of a word.
    mutating func append(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            let digit = UInt64(octet - UInt8(ascii: "0"))
            digits = digits.flatMap { $0 > UInt64(UInt32.max) ? nil : $0 * 10 + digit }
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            digits = nil
        default:
            return false
        }
        length += 1
        // A longer word than any that is known is known by none.
        letters = length > 8 ? .max : letters << 8 | UInt64(octet | 0x20)
        return true
    }

    var verdict: LogPrefix.Verdict? {
        switch letters {
        case Self.drop, Self.deny, Self.denied: .denied(.drop)
        case Self.reject, Self.rejected: .denied(.reject)
        case Self.allow, Self.allowed, Self.accept, Self.pass: .allowed
        default: nil
        }
    }

    var direction: DeniedConnection.Direction? {
        switch letters {
        case Self.ingress, Self.input, Self.i: .ingress
        case Self.egress, Self.output, Self.o: .egress
        default: nil
        }
    }

    private static let drop = Word("drop").letters, deny = Word("deny").letters, denied = Word("denied").letters
    private static let reject = Word("reject").letters, rejected = Word("rejected").letters
    private static let allow = Word("allow").letters, allowed = Word("allowed").letters
    private static let accept = Word("accept").letters, pass = Word("pass").letters
    private static let ingress = Word("ingress").letters, input = Word("in").letters, i = Word("i").letters
    private static let egress = Word("egress").letters, output = Word("out").letters, o = Word("o").letters
}
