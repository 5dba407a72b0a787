// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import JSON
internal import Logging
internal import Mediation
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Lists and watches one kind of objects, as ``ListWatch`` says, over one connection at a time.
///
/// Lives on its event loop, and may only be touched there.
final class ResourceWatcher {
    /// What all watchers of a cluster share.
    struct Environment: Sendable {
        let server: APIServer
        let clock: @Sendable () -> Timestamp
        let logger: Logger
        /// Hands a change over, and may block meanwhile: then nothing is read. False ends the watcher.
        let deliver: @Sendable (ClusterChange) -> Bool
        let userAgent: String
    }

    /// A page of 500 objects that has more is asked for in smaller pages.
    static let pageLimitInOctets = 64 << 20
    static let eventLimitInOctets = 16 << 20
    /// Of an answer with an error.
    private static let messageLimitInOctets = 64 << 10

    let environment: Environment
    let loop: any EventLoop
    let statistics: NIOLockedValueBox<WatchStatistics>
    private(set) var failures: FailureLog
    private var listWatch = ListWatch()
    private var answers: AnswerReader
    private var channel: (any Channel)?
    private var exchange: Exchange?
    private var isStopped = false

    /// A request and what has come of its answer.
    private struct Exchange {
        let request: ListWatch.Request
        let began: NIODeadline
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        var stream = JSONStream(messageLimitInOctets: ResourceWatcher.eventLimitInOctets)
        var wasUseful = false
    }

    init(_ kind: ClusterKind, _ environment: Environment, on loop: any EventLoop, statistics: NIOLockedValueBox<WatchStatistics>) {
        self.environment = environment
        self.loop = loop
        self.statistics = statistics
        answers = AnswerReader(kind: kind)
        failures = FailureLog(logger: environment.logger, kind: kind, server: environment.server)
    }

    /// Sends the next request, over the connection that there is or a new one.
    func next() {
        guard !isStopped, exchange == nil else { return }
        let exchange = Exchange(request: listWatch.request(random: .random(in: 0..<1)), began: .now())
        self.exchange = exchange
        if let channel, channel.isActive { return send(exchange.request, on: channel) }
        connect()
    }

    func stop() {
        isStopped = true
        exchange = nil
        channel?.close(promise: nil)
        channel = nil
    }

    private func connect() {
        let bound = NIOLoopBound(self, eventLoop: loop)
        let future: EventLoopFuture<any Channel>
        do {
            future = try APIConnection.open(to: environment.server, on: loop) { ResponseHandler(watcher: bound.value) }
        } catch {
            return fail(.connection, "\(error)")
        }
        future.whenComplete { result in bound.value.connected(result) }
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        switch result {
        case .success(let channel):
            guard !isStopped, let exchange else { return channel.close(promise: nil) }
            self.channel = channel
            send(exchange.request, on: channel)
        case .failure(let error): fail(.connection, APIConnection.text(of: error))
        }
    }

    private func send(_ request: ListWatch.Request, on channel: any Channel) {
        do throws(APIServer.CredentialsError) {
            let server = environment.server
            var headers = HTTPHeaders([
                ("Host", server.authority), ("Accept", "application/json"), ("User-Agent", environment.userAgent),
            ])
            if let authorization = try server.authorization() { headers.add(name: "Authorization", value: authorization) }
            let target = request.target(answers.kind, below: server.pathPrefix)
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        } catch {
            fail(.connection, error.description)
        }
    }
}

// What comes on the connection.
extension ResourceWatcher {
    func received(_ head: HTTPResponseHead, on channel: any Channel) {
        guard isCurrent(channel), exchange != nil else { return }
        exchange?.head = head
        guard head.status == .ok, case .watch = exchange?.request else { return }
        count { $0.watches += 1 }
    }

    func received(_ octets: ByteBuffer, on channel: any Channel) {
        guard isCurrent(channel), let head = exchange?.head, let request = exchange?.request else { return }
        count { $0.octets += UInt64(octets.readableBytes) }
        switch request {
        case .watch where head.status == .ok: readEvents(octets)
        case .list where head.status == .ok:
            guard (exchange?.body.count ?? 0) + octets.readableBytes <= Self.pageLimitInOctets else {
                return fail(.tooLarge, "a page has more than \(Self.pageLimitInOctets) octets; asking for smaller ones")
            }
            exchange?.body.append(contentsOf: octets.readableBytesView)
        default:
            guard (exchange?.body.count ?? 0) < Self.messageLimitInOctets else { return }
            exchange?.body.append(contentsOf: octets.readableBytesView)
        }
    }

    func receivedEnd(on channel: any Channel) {
        guard isCurrent(channel), let exchange, let head = exchange.head else { return }
        // A server that says so closes; the next request needs another connection.
        if !head.isKeepAlive { disconnect() }
        guard head.status == .ok else {
            let retryAfter = head.headers.first(name: "Retry-After").flatMap { Int64($0) }.map { Duration.seconds(max(0, $0)) }
            return fail(.status(Int(head.status.code), retryAfter: retryAfter), AnswerReader.message(exchange.body), isAnswerComplete: true)
        }
        switch exchange.request {
        case .list: receivedPage(exchange.body)
        case .watch:
            let wasUseful = exchange.wasUseful || NIODeadline.now() - exchange.began > .seconds(30)
            resume(after: listWatch.ended(wasUseful: wasUseful, random: .random(in: 0..<1)))
        }
    }

    func heardNothing(on channel: any Channel) {
        guard isCurrent(channel) else { return }
        guard let exchange else { return disconnect() }
        if case .watch(_, let seconds) = exchange.request, exchange.head != nil,
            NIODeadline.now() - exchange.began < .seconds(Int64(seconds) + 30)
        {
            return
        }
        fail(.connection, "the server has been silent for too long")
    }

    func lost(_ channel: any Channel, because reason: String) {
        guard isCurrent(channel) else { return }
        self.channel = nil
        guard let exchange else { return }
        // A watch may end like this at any time: load balancers and restarting servers do it.
        if case .watch = exchange.request, exchange.wasUseful {
            count { $0.connectionFailures += 1 }
            resume(after: listWatch.ended(wasUseful: true, random: .random(in: 0..<1)))
        } else {
            fail(.connection, reason)
        }
    }

    private func isCurrent(_ channel: any Channel) -> Bool { self.channel.map { $0 === channel } ?? false }
}

// What it says.
extension ResourceWatcher {
    private func receivedPage(_ octets: [UInt8]) {
        let isFirst = listWatch.isBeginningList
        guard let (page, objects) = answers.page(octets, at: environment.clock()), let isComplete = listWatch.received(page) else {
            return fail(.malformed, "the answer is no list of \(answers.kind)")
        }
        failures.recovered()
        count {
            $0.pages += 1
            $0.objects += UInt64(objects.count)
        }
        if isFirst { deliver(.listing(answers.kind)) }
        deliver(.objects(objects, at: environment.clock()))
        if isComplete {
            deliver(.listed(answers.kind, at: environment.clock()))
            let known = statistics.withLockedValue { $0 }
            if !known.isSynchronized { failures.synchronized(objects: known.objects) }
            count {
                $0.isSynchronized = true
                $0.lists += 1
            }
        }
        resume(after: .zero)
    }

    private func readEvents(_ octets: ByteBuffer) {
        do throws(JSONStream.Malformed) {
            try exchange?.stream.consume(Array(octets.readableBytesView).span)
        } catch {
            return fail(.malformed, "the watch does not consist of events")
        }
        while let octets = exchange?.stream.next() {
            guard let event = answers.event(octets, at: environment.clock()) else {
                return fail(.malformed, "the watch does not consist of events")
            }
            exchange?.wasUseful = true
            guard received(event) else { return }
        }
    }

    /// False when the watch is over.
    private func received(_ event: AnswerReader.Event) -> Bool {
        count { $0.events += 1 }
        switch event {
        case .changes(let changes, let objects, let resourceVersion):
            listWatch.observed(resourceVersion: resourceVersion)
            count { $0.objects += UInt64(objects) }
            for change in changes { deliver(change) }
        case .bookmark(let resourceVersion):
            listWatch.observed(resourceVersion: resourceVersion)
            count { $0.bookmarks += 1 }
        case .error(let code, let message):
            fail(.status(code, retryAfter: nil), message)
            return false
        case .unknown: break
        }
        failures.recovered()
        return !isStopped
    }

    private func deliver(_ change: ClusterChange) {
        if !isStopped, !environment.deliver(change) { stop() }
    }
}

// How it goes on.
extension ResourceWatcher {
    /// - Parameter isAnswerComplete: otherwise what else may come on the connection belongs to what failed.
    private func fail(_ failure: ListWatch.Failure, _ reason: String, isAnswerComplete: Bool = false) {
        count { $0.note(failure) }
        let pause = listWatch.failed(failure, random: .random(in: 0..<1))
        failures.failed(failure, reason, pause: pause)
        if !isAnswerComplete { disconnect() }
        resume(after: pause)
    }

    private func resume(after pause: Duration) {
        exchange = nil
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: TimeAmount(pause)) { bound.value.next() }
    }

    private func disconnect() {
        let channel = channel
        self.channel = nil
        channel?.close(promise: nil)
    }

    private func count(_ change: (inout WatchStatistics) -> Void) {
        let skipped = answers.skipped
        statistics.withLockedValue {
            change(&$0)
            $0.skipped = skipped
        }
    }
}

extension WatchStatistics {
    fileprivate mutating func note(_ failure: ListWatch.Failure) {
        switch failure {
        case .connection: connectionFailures += 1
        case .status(410, _): expired += 1
        case .status: refusals += 1
        case .tooLarge, .malformed: malformedAnswers += 1
        }
    }
}

extension ClusterObjects {
    fileprivate var count: Int { pods.count + services.count + nodes.count }
}
