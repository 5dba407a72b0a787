// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

@testable import IPFIXTransport

struct SpoolTests {
    let folder = TemporaryDirectory()

    private func spool(limit: Int = 1 << 20, templates: [[UInt8]] = [templateSet]) throws -> Spool {
        try Spool(
            directory: folder.path, limit: limit, templates: templates, observationDomainID: 7, clock: { Timestamp(seconds: 1_800_000_000) }
        )
    }

    private func filled(_ values: Range<UInt32>, limit: Int = 1 << 20) throws -> Spool {
        var spool = try spool(limit: limit)
        for value in values { try spool.append(exported(value, records: value + 1)) }
        return spool
    }

    private func takeAll(_ spool: inout Spool) -> [Spool.Taken] {
        var all: [Spool.Taken] = []
        while let taken = spool.take() { all.append(taken) }
        return all
    }

    @Test("messages come back in order, and a segment goes when all of it was released")
    func order() throws {
        var spool = try filled(0..<5)
        let taken = takeAll(&spool)
        #expect(taken.map(\.message) == (0..<5).map { exported(UInt32($0), records: UInt32($0) + 1) })
        #expect(taken.allSatisfy { $0.templates == nil } && folder.segments.count == 1)
        for each in taken { spool.release(of: each.segment) }
        #expect(folder.segments.isEmpty && spool.statistics.octetsOnDisk == 0 && spool.isEmpty)
        #expect(spool.statistics.taken.records == 15)
    }

    @Test("what was appended while the rest was taken comes after it")
    func interleaved() throws {
        var spool = try filled(0..<3)
        #expect(spool.take()?.message == exported(0, records: 1))
        try spool.append(exported(9))
        #expect(takeAll(&spool).map(\.message) == [exported(1, records: 2), exported(2, records: 3), exported(9)])
    }

    @Test("after the program was killed all that was not released is there again")
    func survives() throws {
        do {
            var killed = try filled(0..<6)
            for _ in 0..<2 { _ = killed.take() }
        }
        var spool = try spool()
        #expect(spool.statistics.found.messages == 6 && spool.statistics.found.records == 21 && spool.statistics.damages == 0)
        #expect(takeAll(&spool).count == 6)
    }

    @Test("an end that was torn at any octet costs only the message that it tore, and is counted")
    func torn() throws {
        do { _ = try filled(0..<3) }
        let name = folder.segments[0], whole = folder.read(name)
        let last = 8 + SpoolEntry.overhead
        for cut in 1..<last {
            folder.write(Array(whole.dropLast(cut)), to: name)
            var spool = try spool()
            #expect(spool.statistics.damages == 1, "cut by \(cut)")
            #expect(takeAll(&spool).map(\.message) == [exported(0, records: 1), exported(1, records: 2)], "cut by \(cut)")
        }
    }

    @Test("a changed octet costs the message that it is in, which is counted to the record")
    func damaged() throws {
        do { _ = try filled(0..<3) }
        let name = folder.segments[0], whole = folder.read(name)
        let entry = 8 + SpoolEntry.overhead
        for offset in whole.count - 2 * entry..<whole.count - entry {
            var octets = whole
            octets[offset] ^= 0x40
            folder.write(octets, to: name)
            var spool = try spool()
            #expect(spool.statistics.damaged.messages == 1 && spool.statistics.damaged.records == 2, "changed at \(offset)")
            #expect(spool.statistics.found.records == 6)
            #expect(takeAll(&spool).map(\.message) == [exported(0, records: 1), exported(2, records: 3)])
        }
    }

    @Test("when it is full the oldest segment goes, and its records are counted")
    func full() throws {
        var spool = try spool(limit: 256 << 10)
        let large = ExportedMessage(sets: [UInt8](repeating: 0, count: 10_000), recordCount: 4, flows: FlowVolume(records: 4, octets: 100))
        for _ in 0..<100 { try spool.append(large) }
        let statistics = spool.statistics
        #expect(statistics.dropped.messages > 0 && statistics.dropped.flows.octets == statistics.dropped.messages * 100)
        #expect(statistics.appended.records == statistics.waiting.records + statistics.dropped.records)
        #expect(statistics.octetsOnDisk <= 256 << 10)
        #expect(folder.segments.reduce(0) { $0 + folder.read($1).count } == Int(statistics.octetsOnDisk))
        #expect(takeAll(&spool).count == Int(statistics.waiting.messages))
    }

    @Test("two programs cannot have the same spool")
    func locked() throws {
        let first = try spool()
        #expect(throws: SpoolError.inUse(directory: folder.path)) { try spool() }
        #expect(first.isEmpty)
    }

    @Test("a directory that cannot be made says why")
    func unusable() throws {
        folder.write([1], to: "file")
        let error = #expect(throws: SpoolError.self) {
            try Spool(
                directory: "\(folder.path)/file/spool", limit: 0, templates: [], observationDomainID: 0, clock: { Timestamp(seconds: 0) })
        }
        #expect(error?.description.contains("Not a directory") == true)
    }

    @Test("a segment is an IPFIX File: a reader finds templates, records and no loss")
    func segmentIsFile() throws {
        var spool = try spool()
        for value in 0..<4 { try spool.append(exported(UInt32(value))) }
        let items = MessageFileReader.items(of: folder.read(folder.segments[0]))
        var decoder = MessageDecoder(), records = 0
        for item in items {
            guard case .message(let message, _) = item else { return #expect(Bool(false), "\(item)") }
            records += try decoder.decode(message).dataSets.filter { $0.template.id == 256 }.reduce(0) { $0 + $1.recordCount }
        }
        #expect(items.count == 6 && records == 4)
        #expect(decoder.statistics.sequence.lost == 0 && decoder.statistics.setsSkipped == 0)
    }

    @Test("messages of an earlier version bring the templates that they were written with")
    func foreign() throws {
        var old = templateSet
        old[11] = 8
        do {
            var earlier = try spool(templates: [old])
            try earlier.append(exported(1))
        }
        var spool = try spool()
        try spool.append(exported(2))
        let taken = takeAll(&spool)
        #expect(taken.map(\.templates) == [[old], nil])
    }

    @Test("what is put in front comes first, also for the next program")
    func front() throws {
        do {
            var earlier = try filled(3..<5)
            try earlier.prepend([exported(1), exported(2)])
        }
        var spool = try spool()
        #expect(takeAll(&spool).map(\.message) == [exported(1), exported(2), exported(3, records: 4), exported(4, records: 5)])
    }

    @Test("while the disk takes nothing an append fails, and works again afterwards")
    func disk() throws {
        var spool = try spool()
        folder.remove()
        let error = #expect(throws: SpoolError.self) { try spool.append(exported(1)) }
        #expect(error?.description.contains("cannot be written: No such file or directory") == true)
        #expect(spool.isEmpty)
        folder.make()
        try spool.append(exported(2))
        #expect(takeAll(&spool).map(\.message) == [exported(2)])
    }
}
