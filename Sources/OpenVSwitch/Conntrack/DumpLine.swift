// SPDX-License-Identifier: Apache-2.0

internal import Metering

/// The grammar of one line:
///
///     line  = protocol *("," field)
///     field = name ["=" value]
///     value = "(" [field *("," field)] ")" / text without "," and ")"
///
/// Times are left as printed.
struct DumpLine {
    let words = DumpVocabulary()

    func parse(_ line: Span<UInt8>) throws(DumpRejection) -> Connection {
        var cursor = DumpCursor()
        var entry = DumpEntry(protocolIdentifier: try protocolIdentifier(line, &cursor))
        while !cursor.isAtEnd(line) {
            guard cursor.skip(UInt8(ascii: ","), line) else { throw DumpRejection(.unexpectedCharacter, at: cursor.position) }
            let name = cursor.word(line)
            guard cursor.skip(UInt8(ascii: "="), line) else {
                try cursor.skipValue(line)
                continue
            }
            try field(name, of: &entry, line, &cursor)
        }
        return try entry.connection(lineLength: line.count)
    }

    private func protocolIdentifier(_ line: Span<UInt8>, _ cursor: inout DumpCursor) throws(DumpRejection) -> UInt8 {
        let word = cursor.word(line)
        if let known = words.protocols.first(where: { $0.word == word }) { return known.number }
        cursor.position = 0
        guard let number = try? cursor.number(line, as: UInt8.self) else { throw DumpRejection(.unknownProtocol, at: 0) }
        return number
    }

    private func field(
        _ name: DumpWord, of entry: inout DumpEntry, _ line: Span<UInt8>, _ cursor: inout DumpCursor
    ) throws(DumpRejection) {
        if name == words.original {
            if entry.original != nil { throw DumpRejection(.repeatedTuple, at: cursor.position) }
            entry.original = try tuple(line, &cursor)
        } else if name == words.reply {
            if entry.reply != nil { throw DumpRejection(.repeatedTuple, at: cursor.position) }
            entry.reply = try tuple(line, &cursor)
        } else if name == words.id {
            entry.id = try cursor.number(line)
        } else if name == words.zone {
            entry.zone = try cursor.number(line)
        } else if name == words.status {
            entry.status = try status(line, &cursor)
        } else if name == words.timeout {
            entry.timeoutSeconds = try cursor.number(line)
        } else if name == words.mark {
            entry.mark = try cursor.number(line)
        } else if name == words.labels {
            entry.label = try cursor.label(line)
        } else if name == words.protocolInformation {
            try protocolInformation(of: &entry, line, &cursor)
        } else if name == words.start {
            entry.start = try cursor.dateAndTime(line)
        } else if name == words.stop {
            entry.stop = try cursor.dateAndTime(line)
        } else {
            // A helper's name, the tuple of a parent, or what a later version adds.
            try cursor.skipValue(line)
        }
    }

    private func tuple(_ line: Span<UInt8>, _ cursor: inout DumpCursor) throws(DumpRejection) -> DumpTuple {
        var tuple = DumpTuple()
        try group(line, &cursor) { (name, cursor) throws(DumpRejection) in
            if name == words.source {
                tuple.source = try cursor.address(line)
            } else if name == words.destination {
                tuple.destination = try cursor.address(line)
            } else if name == words.sourcePort {
                tuple.sourcePort = try cursor.number(line)
            } else if name == words.destinationPort {
                tuple.destinationPort = try cursor.number(line)
            } else if name == words.packets {
                tuple.packets = try cursor.number(line)
            } else if name == words.octets {
                tuple.octets = try cursor.number(line)
            } else if name == words.id {
                tuple.icmpIdentifier = try cursor.number(line)
            } else if name == words.type {
                tuple.icmpType = try cursor.number(line)
            } else if name == words.code {
                tuple.icmpCode = try cursor.number(line)
            } else {
                try cursor.skipValue(line)
            }
        }
        return tuple
    }

    private func protocolInformation(
        of entry: inout DumpEntry, _ line: Span<UInt8>, _ cursor: inout DumpCursor
    ) throws(DumpRejection) {
        try group(line, &cursor) { (name, cursor) throws(DumpRejection) in
            if name == words.stateOriginal || name == words.state {
                entry.originalState = state(cursor.word(line))
            } else if name == words.stateReply {
                entry.replyState = state(cursor.word(line))
            } else {
                try cursor.skipValue(line)
            }
        }
    }

    /// `"(" [field *("," field)] ")"`; the value of each field is read by `read`.
    private func group(
        _ line: Span<UInt8>, _ cursor: inout DumpCursor,
        read: (DumpWord, inout DumpCursor) throws(DumpRejection) -> Void
    ) throws(DumpRejection) {
        guard cursor.skip(UInt8(ascii: "("), line) else { throw DumpRejection(.unexpectedCharacter, at: cursor.position) }
        while !cursor.skip(UInt8(ascii: ")"), line) {
            let name = cursor.word(line)
            if cursor.skip(UInt8(ascii: "="), line) {
                try read(name, &cursor)
            } else {
                try cursor.skipValue(line)
            }
            if cursor.skip(UInt8(ascii: ","), line) || cursor.peek(line) == UInt8(ascii: ")") { continue }
            throw DumpRejection(cursor.isAtEnd(line) ? .unbalancedParentheses : .unexpectedCharacter, at: cursor.position)
        }
    }

    /// Names joined by `|`, with a number for bits that have no name. A name that is not known has no bit here.
    private func status(_ line: Span<UInt8>, _ cursor: inout DumpCursor) throws(DumpRejection) -> Connection.Status {
        var status: Connection.Status = []
        repeat {
            if let octet = cursor.peek(line), cursor.digit(octet, false) != nil {
                status.insert(Connection.Status(rawValue: try cursor.number(line)))
            } else {
                let word = cursor.word(line)
                if let known = words.statuses.first(where: { $0.word == word }) { status.insert(known.status) }
            }
        } while cursor.skip(UInt8(ascii: "|"), line)
        return status
    }

    private func state(_ word: DumpWord) -> Connection.TCPState? {
        words.states.first { $0.word == word }?.state
    }
}
