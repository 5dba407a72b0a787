// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPFIXTransport

struct DatagramCollectingTests {
    @Test("a burst of datagrams from two peers arrives whole, in the order of each")
    func burst() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [anyDatagramPort])
        try collector.start()
        defer { collector.stop() }
        let senders = try (0..<2).map { _ in try connect(to: collector.boundEndpoints[0]) }
        for number in 0..<2000 {
            for sender in senders { try sender.send(message(number, length: 100)) }
        }
        #expect(recorder.wait { $0.messages.count == 4000 })
        let sessions = Set(recorder.all.map(\.session))
        #expect(sessions.map(\.id).sorted() == [1, 2])
        for session in sessions {
            let own = recorder.all.filter { $0.session == session }
            #expect(own.first?.event == .opened)
            let messages = own.flatMap { batch -> [[UInt8]] in
                if case .messages(let messages) = batch.event { messages } else { [] }
            }
            #expect(messages == (0..<2000).map { message($0, length: 100) })
        }
        #expect(collector.statistics.kernelDrops == 0)
        #expect(collector.statistics.openDatagramPeers == 2)
    }

    @Test("what does not begin with an IPFIX message is dropped and counted by cause, and opens no session")
    func malformed() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [anyDatagramPort])
        try collector.start()
        defer { collector.stop() }
        let stranger = try connect(to: collector.boundEndpoints[0])
        try stranger.send([0])
        try stranger.send(Array(message(1)[..<15]))
        try stranger.send([0, 9] + message(1).dropFirst(2))
        try stranger.send(Array(message(1).dropLast()))
        let good = try connect(to: collector.boundEndpoints[0])
        try good.send(message(2))
        #expect(recorder.wait { $0.messages == [message(2)] })
        #expect(recorder.all.count == 2)
        let counts = collector.statistics.malformed
        #expect(counts.tooShort == 2)
        #expect(counts.wrongVersion == 1)
        #expect(counts.wrongLength == 1)
        #expect(counts.total == 4)
    }

    @Test("octets behind a message in its datagram do not make it malformed")
    func trailingOctets() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [anyDatagramPort])
        try collector.start()
        defer { collector.stop() }
        try connect(to: collector.boundEndpoints[0]).send(message(1) + [0, 0])
        #expect(recorder.wait { $0.messages == [message(1) + [0, 0]] })
        #expect(collector.statistics.malformed.total == 0)
    }

    @Test("the largest datagram is not cut")
    func largest() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [anyDatagramPort])
        try collector.start()
        defer { collector.stop() }
        try connect(to: collector.boundEndpoints[0]).send(message(1, length: 65_507))
        #expect(recorder.wait { $0.messages == [message(1, length: 65_507)] })
    }

    @Test("what the kernel drops while the receiver blocks is counted to the datagram")
    func kernelDrops() throws {
        let recorder = BatchRecorder(holding: true)
        let collector = recorder.collector(on: [anyDatagramPort], limits: CollectingLimits(receiveBuffer: 8192))
        try collector.start()
        #expect(collector.statistics.receiveBufferGranted == 8192)
        let sender = try connect(to: collector.boundEndpoints[0])
        for number in 0..<1000 { try sender.send(message(number, length: 1000)) }
        recorder.release()
        collector.stop()
        #expect(collector.statistics.kernelDrops > 0)
        #expect(collector.statistics.messages + collector.statistics.kernelDrops == 1000)
        #expect(recorder.messages.count == Int(collector.statistics.messages))
    }

    @Test("a silent peer is forgotten, and comes back as a new session")
    func idle() throws {
        let recorder = BatchRecorder()
        let clock = TestClock()
        let limits = CollectingLimits(datagramIdleTime: .seconds(60))
        let collector = recorder.collector(on: [anyDatagramPort], limits: limits, clock: clock)
        try collector.start()
        defer { collector.stop() }
        let first = try connect(to: collector.boundEndpoints[0])
        try first.send(message(1))
        #expect(recorder.wait { $0.messages.count == 1 })
        clock.advance(by: .seconds(61))
        #expect(recorder.wait { $0.ends == [.idle(.seconds(60))] })
        try first.send(message(2))
        #expect(recorder.wait { $0.messages.count == 2 })
        #expect(recorder.all.last?.session.id == 2)
    }

    @Test("peers beyond the limit are refused, and those that are known are not disturbed")
    func limit() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [anyDatagramPort], limits: CollectingLimits(datagramPeers: 1))
        try collector.start()
        defer { collector.stop() }
        let known = try connect(to: collector.boundEndpoints[0])
        try known.send(message(1))
        let stranger = try connect(to: collector.boundEndpoints[0])
        try stranger.send(message(2))
        try stranger.send(message(3))
        try known.send(message(4))
        #expect(recorder.wait { $0.messages == [message(1), message(4)] })
        #expect(collector.statistics.refusedDatagrams == 2)
    }

    @Test("stopping hands over what was received before, and closes every session")
    func stop() throws {
        let recorder = BatchRecorder(holding: true)
        let collector = recorder.collector(on: [anyDatagramPort])
        try collector.start()
        let sender = try connect(to: collector.boundEndpoints[0])
        for number in 0..<500 { try sender.send(message(number)) }
        recorder.release()
        collector.stop()
        #expect(recorder.messages == (0..<500).map { message($0) })
        #expect(recorder.ends == [.stopped])
    }
}
