// SPDX-License-Identifier: Apache-2.0

import Metering

@testable import Conntrack

/// What a parser made of octets that came as one datagram.
struct Parsing {
    var connections: [Connection] = []
    var parser: ConntrackMessageParser
    let progress: ConntrackMessageParser.Progress

    init(_ octets: [UInt8], with parser: ConntrackMessageParser = ConntrackMessageParser()) {
        self.parser = parser
        progress = self.parser.receive(octets.span, into: &connections)
    }
}
