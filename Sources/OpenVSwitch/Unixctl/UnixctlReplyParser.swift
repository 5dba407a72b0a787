// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Takes one JSON-RPC reply of ovs-vswitchd apart while it arrives, without keeping its text.
///
/// A reply is `{"id":0,"result":"TEXT","error":null}` or `{"id":0,"error":"TEXT"}` (Open vSwitch lib/jsonrpc.c), its keys in
/// any order. The text of `result` is handed on unescaped; what else the object holds is skipped. A reply ends at the
/// brace that closes it: there is no other framing.
package struct UnixctlReplyParser {
    /// Text of a refusal, an id, or a key that is longer means nothing.
    package static let smallTextLimitInOctets = 65_536

    package private(set) var isComplete = false
    package private(set) var hasResult = false
    /// The text of `error`; nil while it is absent or null.
    package private(set) var error: [UInt8]?
    /// The text of `id` as it was sent back, quotes excluded.
    package private(set) var id: [UInt8] = []

    private var state = State.beforeObject
    private var key: [UInt8] = []
    private var unescape = JSONUnescape()

    private enum State {
        case beforeObject, beforeKey, inKey, beforeColon, beforeValue
        case inText(Destination)
        /// A number or a literal.
        case inScalar
        /// An array or object that is skipped, with how deep in it we are.
        case inNested(depth: Int, inText: Bool, isEscaped: Bool)
        case afterValue, done
    }

    private enum Destination { case result, error, id, nowhere }

    package init() {}

    /// Why the octets are no reply.
    package struct Malformed: Error {
        package let reason: String
    }

    /// Appends what `octets` holds of the result's text to `text`, as UTF-8.
    package mutating func consume(_ octets: ArraySlice<UInt8>, text: inout [UInt8]) throws(Malformed) {
        var position = octets.startIndex
        while position < octets.endIndex {
            if case .inText(.result) = state, !unescape.isPending {
                position = copyPlain(octets, from: position, to: &text)
                if position == octets.endIndex { return }
            }
            try step(octets[position], &text)
            position += 1
        }
    }

    /// The fast path of a dump: up to the next quote or backslash nothing needs a decision.
    private func copyPlain(_ octets: ArraySlice<UInt8>, from start: Int, to text: inout [UInt8]) -> Int {
        let span = octets.span
        var count = start - octets.startIndex
        while count < span.count, span[count] != UInt8(ascii: "\""), span[count] != UInt8(ascii: "\\") { count += 1 }
        let end = octets.startIndex + count
        text.append(contentsOf: octets[start..<end])
        return end
    }

    private mutating func step(_ octet: UInt8, _ text: inout [UInt8]) throws(Malformed) {
        switch state {
        case .inText(let destination): try textStep(octet, destination, &text)
        case .inKey: try keyStep(octet)
        case .inScalar: try scalarStep(octet)
        case .inNested(let depth, let inText, let isEscaped): try nestedStep(octet, depth, inText, isEscaped)
        case _ where isSpace(octet): break
        case .beforeObject:
            guard octet == UInt8(ascii: "{") else { throw Malformed(reason: "a reply does not begin with a brace") }
            state = .beforeKey
        case .beforeKey:
            guard octet == UInt8(ascii: "\"") else { throw Malformed(reason: "a key is missing in a reply") }
            key.removeAll(keepingCapacity: true)
            state = .inKey
        case .beforeColon:
            guard octet == UInt8(ascii: ":") else { throw Malformed(reason: "a colon is missing in a reply") }
            state = .beforeValue
        case .beforeValue: beginValue(octet)
        case .afterValue: try endValue(octet)
        case .done: throw Malformed(reason: "octets follow a reply")
        }
    }

    private mutating func keyStep(_ octet: UInt8) throws(Malformed) {
        if octet == UInt8(ascii: "\"") {
            state = .beforeColon
            return
        }
        guard key.count < 256, octet != UInt8(ascii: "\\") else { throw Malformed(reason: "a reply has a key of no use") }
        key.append(octet)
    }

    private mutating func beginValue(_ octet: UInt8) {
        switch octet {
        case UInt8(ascii: "\""):
            state = .inText(destination)
            if destination == .result { hasResult = true }
            if destination == .error { error = [] }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            state = .inNested(depth: 1, inText: false, isEscaped: false)
        default:
            if destination == .id { id.append(octet) }
            state = .inScalar
        }
    }

    private mutating func endValue(_ octet: UInt8) throws(Malformed) {
        switch octet {
        case UInt8(ascii: ","): state = .beforeKey
        case UInt8(ascii: "}"):
            state = .done
            isComplete = true
        default: throw Malformed(reason: "neither a comma nor a brace follows a value in a reply")
        }
    }

    private mutating func scalarStep(_ octet: UInt8) throws(Malformed) {
        if isSpace(octet) {
            state = .afterValue
        } else if octet == UInt8(ascii: ",") || octet == UInt8(ascii: "}") {
            try endValue(octet)
        } else if destination == .id {
            guard id.count < 256 else { throw Malformed(reason: "the id of a reply is too long") }
            id.append(octet)
        }
    }

    private mutating func textStep(_ octet: UInt8, _ destination: Destination, _ text: inout [UInt8]) throws(Malformed) {
        if octet == UInt8(ascii: "\""), !unescape.isEscaped {
            emit(unescape.finish(), destination, &text)
            state = .afterValue
            return
        }
        guard let plain = unescape.consume(octet) else { throw Malformed(reason: "a reply has an escape JSON does not know") }
        emit(plain, destination, &text)
        if id.count > Self.smallTextLimitInOctets || error?.count ?? 0 > Self.smallTextLimitInOctets {
            throw Malformed(reason: "the text of an error is too long")
        }
    }

    private mutating func emit(_ scalars: JSONUnescape.Output, _ destination: Destination, _ text: inout [UInt8]) {
        switch destination {
        case .result: scalars.append(to: &text)
        case .error:
            var octets = error ?? []
            error = nil
            scalars.append(to: &octets)
            error = octets
        case .id: scalars.append(to: &id)
        case .nowhere: break
        }
    }

    private mutating func nestedStep(_ octet: UInt8, _ depth: Int, _ inText: Bool, _ isEscaped: Bool) throws(Malformed) {
        var (depth, inText, isEscaped) = (depth, inText, isEscaped)
        if isEscaped {
            isEscaped = false
        } else if inText {
            if octet == UInt8(ascii: "\"") { inText = false }
            if octet == UInt8(ascii: "\\") { isEscaped = true }
        } else {
            switch octet {
            case UInt8(ascii: "\""): inText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        state = depth == 0 ? .afterValue : .inNested(depth: depth, inText: inText, isEscaped: isEscaped)
    }

    private var destination: Destination {
        if key.elementsEqual("result".utf8) { return .result }
        if key.elementsEqual("error".utf8) { return .error }
        if key.elementsEqual("id".utf8) { return .id }
        return .nowhere
    }

    private func isSpace(_ octet: UInt8) -> Bool {
        octet == 0x20 || octet == 0x0A || octet == 0x0D || octet == 0x09
    }
}
