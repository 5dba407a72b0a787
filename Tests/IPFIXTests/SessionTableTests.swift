// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct SessionTableTests {
    private let template = Template.sample(256, [(8, 4), (2, 4)])
    private let data = Wire.set(256, [10, 0, 0, 1, 0, 0, 0, 9])

    private func at(_ second: Int64) -> Timestamp { Timestamp(seconds: 1_800_000_000 + second) }

    private func ends(_ port: UInt16, address: UInt32 = 0xC000_0201, isDatagram: Bool = true) -> TransportEnds {
        TransportEnds(
            exporter: IPAddress(v4: address), exporterPort: port, collector: IPAddress(v4: 0xC000_02FE), collectorPort: 4739,
            isDatagram: isDatagram)
    }

    @Test("§8.4: templates of one port are not those of another that was heard before them")
    func ports() throws {
        var table = SessionTable()
        _ = try table.decode(Wire.message(), from: ends(2), at: at(0))
        _ = try table.decode(Wire.message(template.set), from: ends(1), at: at(0))
        #expect(try table.decode(Wire.message(data), from: ends(2), at: at(1)).setsWithoutTemplate == 1)
        #expect(table.count == 2 && table[ends(1)]?.statistics.templates == 1 && table[ends(3)] == nil)
    }

    @Test("an exporter that was restarted on another port is read by the templates it had")
    func restart() throws {
        var table = SessionTable()
        _ = try table.decode(Wire.message(Template.sample(256, [(1, 8)]).set), from: ends(1), at: at(0))
        _ = try table.decode(Wire.message(template.set), from: ends(2), at: at(1))
        let message = try table.decode(Wire.message(data), from: ends(3), at: at(2))
        #expect(message.dataSets.map(\.template) == [template])
        #expect(table.statistics.setsByInheritedTemplate == 1)
    }

    @Test("another address inherits nothing, nor does a stream", arguments: [true, false])
    func strangers(isDatagram: Bool) throws {
        var table = SessionTable()
        _ = try table.decode(Wire.message(template.set), from: ends(1, isDatagram: isDatagram), at: at(0))
        let other = isDatagram ? ends(2, address: 0xC000_0202) : ends(2, isDatagram: false)
        #expect(try table.decode(Wire.message(data), from: other, at: at(1)).setsWithoutTemplate == 1)
    }

    @Test("at capacity the session that was silent longest is forgotten, and its counts are kept")
    func capacity() throws {
        var table = SessionTable(capacity: 2)
        for (second, port) in [1, 2, 1, 3].enumerated() {
            _ = try table.decode(Wire.message(template.set), from: ends(UInt16(port)), at: at(Int64(second)))
        }
        #expect(Set(table.ends) == [ends(1), ends(3)] && table.statistics.templates == 4 && table.statistics.messages == 4)
        table.close(ends(3))
        table.close(ends(9))
        #expect(table.count == 1 && table.statistics.messages == 4)
    }

    @Test("a malformed message is its session's")
    func malformed() throws {
        var table = SessionTable()
        #expect(throws: MessageError.tooShort(octets: 1)) { try table.decode([0], from: ends(1), at: at(0)) }
        #expect(table[ends(1)]?.statistics.malformed[.tooShort] == 1)
    }
}
