// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPFIXTransport

struct StreamCollectingTests {
    @Test("a session is opened, brings its messages in order, and is closed")
    func session() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector()
        try collector.start()
        defer { collector.stop() }
        let sent = (0..<500).map { message($0, length: 16 + $0) }
        do {
            let sender = try connect(to: collector.boundEndpoints[0])
            let stream = sent.flatMap(\.self)
            for start in stride(from: 0, to: stream.count, by: 1009) {
                try sender.send(Array(stream[start..<min(start + 1009, stream.count)]))
            }
        }
        #expect(recorder.wait { $0.ends == [.closedByPeer] })
        #expect(recorder.messages == sent)
        let session = try #require(recorder.all.first?.session)
        #expect(recorder.all.first?.event == .opened)
        #expect(recorder.all.allSatisfy { $0.session == session })
        #expect(session.id == 1)
        #expect(session.description == "tcp://127.0.0.1:\(session.peerPort)")
        #expect(collector.statistics.messages == 500)
        #expect(collector.statistics.octets == UInt64(sent.reduce(0) { $0 + $1.count }))
        #expect(collector.statistics.openConnections == 0)
    }

    @Test("many messages in one reading come in one batch")
    func batches() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector()
        try collector.start()
        defer { collector.stop() }
        let sender = try connect(to: collector.boundEndpoints[0])
        try sender.send((0..<20).flatMap { message($0) })
        #expect(recorder.wait { $0.messages.count == 20 })
        #expect(recorder.all.count == 2)
    }

    @Test("a session that its receiver ends is closed, and no other")
    func endedByReceiver() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector()
        try collector.start()
        defer { collector.stop() }
        let good = try connect(to: collector.boundEndpoints[0])
        try good.send(message(1))
        #expect(recorder.wait { $0.messages.count == 1 })
        let bad = try connect(to: collector.boundEndpoints[0])
        try bad.send(message(2))
        #expect(recorder.wait { $0.messages.count == 2 })
        let session = try #require(recorder.all.last?.session)
        collector.end(session)
        #expect(recorder.wait { $0.ends == [.malfunctioning] })
        collector.end(session)
        try good.send(message(3))
        #expect(recorder.wait { $0.messages == [message(1), message(2), message(3)] })
    }

    @Test("garbage ends its session and no other")
    func garbage() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector()
        try collector.start()
        defer { collector.stop() }
        let good = try connect(to: collector.boundEndpoints[0])
        try good.send(message(1))
        #expect(recorder.wait { $0.messages.count == 1 })
        let bad = try connect(to: collector.boundEndpoints[0])
        try bad.send(message(2) + Array("GET / HTTP/1.1\r\n\r\n".utf8))
        #expect(recorder.wait { !$0.ends.isEmpty })
        #expect(recorder.ends == [.malformed(.wrongVersion(0x4745, offset: 40))])
        #expect(recorder.messages == [message(1), message(2)])
        _ = Poll.wait(for: [bad.news], timeout: .seconds(10))
        #expect(throws: ConnectionFailure.self) { try bad.check() }
        try good.send(message(3))
        #expect(recorder.wait { $0.messages.last == message(3) })
        #expect(collector.statistics.malformed.wrongVersion == 1)
        #expect(collector.statistics.openConnections == 1)
    }

    @Test("a peer that leaves inside a message is told from one that leaves after it")
    func cutShort() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector()
        try collector.start()
        defer { collector.stop() }
        try connect(to: collector.boundEndpoints[0]).send(message(1) + message(2)[..<17])
        #expect(recorder.wait { $0.ends == [.cutShort(octets: 17)] })
        #expect(recorder.messages == [message(1)])
        #expect(collector.statistics.malformed.cutShort == 1)
    }

    @Test("while the receiver blocks the sender is stopped, and nothing is lost")
    func backPressure() throws {
        let recorder = BatchRecorder(holding: true)
        let collector = recorder.collector()
        try collector.start()
        defer { collector.stop() }
        let sender = try connect(to: collector.boundEndpoints[0])
        var sent = 0
        var stalled = false
        // More than all buffers on the way can hold.
        while !stalled, sent < 8192 {
            let next = message(sent, length: 32_768)
            var offset = 0
            while offset < next.count {
                offset += try sender.socket.offer(next, from: offset)
                if offset == next.count { break }
                if !Poll.wait(for: [sender.socket.writable], timeout: .milliseconds(500))[0] {
                    stalled = true
                    recorder.release()
                    _ = Poll.wait(for: [sender.socket.writable], timeout: .seconds(30))
                }
            }
            sent += 1
        }
        #expect(stalled)
        #expect(recorder.wait { $0.messages.count == sent })
        #expect(recorder.messages.enumerated().allSatisfy { $1 == message($0, length: 32_768) })
    }

    @Test("when all places are taken by connections that have brought messages, one more is closed at once and counted")
    func limit() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(limits: CollectingLimits(connections: 1))
        try collector.start()
        defer { collector.stop() }
        let first = try connect(to: collector.boundEndpoints[0])
        try first.send(message(0))
        #expect(recorder.wait { $0.messages.count == 1 })
        let second = try connect(to: collector.boundEndpoints[0])
        _ = Poll.wait(for: [second.news], timeout: .seconds(10))
        #expect(throws: ConnectionFailure.self) { try second.check() }
        try first.send(message(1))
        #expect(recorder.wait { $0.messages.count == 2 })
        #expect(collector.statistics.refusedConnections == 1)
        #expect(collector.statistics.sessionsOpened == 1)
    }

    @Test("whoever says nothing gives its place to the newest, and whoever has brought a message keeps it")
    func displaces() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(limits: CollectingLimits(connections: 3))
        try collector.start()
        defer { collector.stop() }
        let good = try connect(to: collector.boundEndpoints[0])
        try good.send(message(1))
        #expect(recorder.wait { $0.messages.count == 1 })
        let silent = try (0..<10).map { _ in try connect(to: collector.boundEndpoints[0]) }
        let late = try connect(to: collector.boundEndpoints[0])
        try late.send(message(2))
        try good.send(message(3))
        #expect(recorder.wait { Set($0.messages) == [message(1), message(2), message(3)] })
        // Some of the silent ones were displaced before they had a session.
        #expect(recorder.ends.allSatisfy { $0 == .displaced } && !recorder.ends.isEmpty)
        #expect(collector.statistics.refusedConnections == 0 && collector.statistics.openConnections <= 3)
        withExtendedLifetime(silent) {}
    }

    @Test("a message that comes too slowly ends its session")
    func slow() throws {
        let recorder = BatchRecorder()
        let limit = Duration.milliseconds(50)
        let collector = recorder.collector(limits: CollectingLimits(messageTime: limit))
        try collector.start()
        defer { collector.stop() }
        let sender = try connect(to: collector.boundEndpoints[0])
        try sender.send(message(1) + message(2)[..<20])
        #expect(recorder.wait { $0.ends == [.slow(limit)] })
        #expect(recorder.messages == [message(1)])
        withExtendedLifetime(sender) {}
    }

    @Test("a connection that brings nothing is closed after the idle time")
    func idle() throws {
        let recorder = BatchRecorder()
        let time = Duration.milliseconds(50)
        let collector = recorder.collector(limits: CollectingLimits(connectionIdleTime: time))
        try collector.start()
        defer { collector.stop() }
        let sender = try connect(to: collector.boundEndpoints[0])
        #expect(recorder.wait { $0.ends == [.idle(time)] })
        _ = Poll.wait(for: [sender.news], timeout: .seconds(10))
        #expect(throws: ConnectionFailure.self) { try sender.check() }
    }

    @Test("stopping hands over what was received before, and closes every session")
    func stop() throws {
        let recorder = BatchRecorder(holding: true)
        let collector = recorder.collector()
        try collector.start()
        let sender = try connect(to: collector.boundEndpoints[0])
        let quiet = try connect(to: collector.boundEndpoints[0])
        #expect(recorder.wait { $0.all.count == 2 })
        try sender.send(message(0))
        // Well below the window a connection begins with, so all of it is received while the receiver is held.
        for number in 1..<50 { try sender.send(message(number, length: 1000)) }
        recorder.release()
        collector.stop()
        #expect(recorder.messages.count == 50)
        #expect(recorder.ends == [.stopped, .stopped])
        #expect(throws: ConnectionFailure.self) { try quiet.check() }
        #expect(throws: ConnectionFailure.self) { try connect(to: anyPort.with(port: 1)) }
        #expect(collector.boundEndpoints.isEmpty)
    }

    @Test("every endpoint that cannot be opened is named with the reason, and none stays open")
    func cannotListen() throws {
        let taken = BatchRecorder().collector(on: [anyPort, anyDatagramPort])
        try taken.start()
        defer { taken.stop() }
        let free = Endpoint(.tcp, host: "::1", port: taken.boundEndpoints[0].port)
        let foreign = Endpoint(.udp, host: "192.0.2.1")
        let second = BatchRecorder().collector(on: taken.boundEndpoints + [free, foreign])
        let error = try #require(throws: CollectingError.self) { try second.start() }
        #expect(
            error.description == """
                cannot listen on \(taken.boundEndpoints[0]): Address already in use
                cannot listen on \(taken.boundEndpoints[1]): Address already in use
                cannot listen on udp://192.0.2.1:4739: Cannot assign requested address
                """)
        #expect(throws: ConnectionFailure.self) { try connect(to: free) }
    }

    @Test("a dual-stack socket names an IPv4 peer by its IPv4 address")
    func dualStack() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [Endpoint(.tcp, host: "::", port: 0), Endpoint(.udp, host: "::", port: 0)])
        try collector.start()
        defer { collector.stop() }
        for endpoint in collector.boundEndpoints {
            let sender = try connect(to: Endpoint(endpoint.transport, host: "127.0.0.1", port: endpoint.port))
            try sender.send(message(1))
        }
        #expect(recorder.wait { $0.messages.count == 2 })
        #expect(recorder.all.allSatisfy { $0.session.peerAddress == "127.0.0.1" })
    }
}
