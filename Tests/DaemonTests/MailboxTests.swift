// SPDX-License-Identifier: Apache-2.0

import Daemon
import Synchronization
import Testing

struct MailboxTests {
    @Test("a fast sender waits for a slow receiver, and everything arrives in order")
    func twoThreads() throws {
        let mailbox = Mailbox<Int>(capacity: 4)
        let sender = try PlainThread("sender") {
            for number in 0..<10_000 { mailbox.put(number) }
            mailbox.close()
        }
        #expect(drain(mailbox) == Array(0..<10_000))
        sender.join()
        #expect(mailbox.statistics.accepted == 10_000)
        #expect(mailbox.statistics.highWaterMark <= 4)
        #expect(mailbox.statistics.dropped == 0)
    }

    @Test("the order holds while the mailbox grows to its capacity, from wherever it began", arguments: [1, 16, 17, 40, 64])
    func growth(capacity: Int) {
        let mailbox = Mailbox<Int>(capacity: capacity)
        var expected: [Int] = []
        for number in 0..<10 where mailbox.offer(number) {
            if case .element(let taken) = mailbox.take(timeout: .zero) { #expect(taken == number) }
        }
        for number in 0..<capacity + 5 where mailbox.offer(number) { expected.append(number) }
        #expect(expected.count == capacity)
        #expect(mailbox.statistics.dropped == 5)
        mailbox.close()
        #expect(drain(mailbox) == expected)
    }

    @Test("several senders and receivers neither lose nor repeat anything")
    func manyThreads() throws {
        let mailbox = Mailbox<Int>(capacity: 3)
        let sum = Mutex(0)
        let senders = try (0..<4).map { part in
            try PlainThread("sender") { for number in 0..<1000 { mailbox.put(part * 1000 + number) } }
        }
        let receivers = try (0..<3).map { _ in
            try PlainThread("receiver") {
                let part = drain(mailbox).reduce(0, +)
                sum.withLock { $0 += part }
            }
        }
        for sender in senders { sender.join() }
        mailbox.close()
        for receiver in receivers { receiver.join() }
        #expect(sum.withLock { $0 } == (0..<4000).reduce(0, +))
    }

    @Test("an offer to a full mailbox is dropped and counted")
    func offers() {
        let mailbox = Mailbox<String>(capacity: 2)
        #expect(mailbox.offer("a"))
        #expect(mailbox.offer("b"))
        #expect(!mailbox.offer("c"))
        #expect(mailbox.statistics.dropped == 1)
        mailbox.close()
        #expect(drain(mailbox) == ["a", "b"])
    }

    @Test("closing releases a sender that waits for room")
    func closeReleasesSender() throws {
        let mailbox = Mailbox<Int>(capacity: 1)
        mailbox.put(1)
        let accepted = Mutex(true)
        let sender = try PlainThread("sender") {
            let result = mailbox.put(2)
            accepted.withLock { $0 = result }
        }
        mailbox.close()
        sender.join()
        #expect(!accepted.withLock { $0 })
        #expect(mailbox.statistics.dropped == 1)
        #expect(!mailbox.put(3))
        #expect(drain(mailbox) == [1])
    }

    @Test("taking from an empty mailbox ends at the timeout, and at once when it is closed")
    func timeouts() {
        let mailbox = Mailbox<Int>(capacity: 1)
        #expect(mailbox.take(timeout: .milliseconds(5)).word == "timedOut")
        #expect(mailbox.take(timeout: .zero).word == "timedOut")
        mailbox.close()
        #expect(mailbox.take(timeout: nil).word == "closed")
    }
}

extension Mailbox.Taken {
    fileprivate var word: String {
        switch self {
        case .element: "element"
        case .timedOut: "timedOut"
        case .closed: "closed"
        }
    }
}

private func drain<Element>(_ mailbox: Mailbox<Element>) -> [Element] {
    var all: [Element] = []
    while case .element(let element) = mailbox.take() { all.append(element) }
    return all
}
