// SPDX-License-Identifier: Apache-2.0

/// What to ask an API server for next, to know all objects of a kind and stay up to date ("Kubernetes API Concepts": efficient
/// detection of changes).
///
/// ```
///   ┌─▶ list, page by page ──▶ watch from the list's resourceVersion ─┐ ends, is cut off: watch on from what was seen last
///   │                                    ▲────────────────────────────┘
///   └──────────── 410 Gone: what was seen last is forgotten there ◀───┘
/// ```
struct ListWatch: Sendable {
    enum Request: Sendable, Hashable {
        /// A page; `limit` 0 asks for all at once.
        case list(limit: Int, continueToken: String?)
        case watch(resourceVersion: String, seconds: Int)
    }

    /// Why an answer was none.
    enum Failure: Sendable, Hashable {
        /// The server was not reached, or the connection ended or fell silent before the answer was complete.
        case connection
        /// Another status than 200, or a watch's ERROR event.
        case status(Int, retryAfter: Duration?)
        /// A page beyond what is taken in.
        case tooLarge
        /// An answer that is not what was asked for.
        case malformed
    }

    /// What a page told beside its objects.
    struct Page: Sendable, Hashable {
        var resourceVersion: String?
        var continueToken: String?
    }

    private enum State: Sendable, Hashable {
        case listing(continueToken: String?)
        case watching(resourceVersion: String)
    }

    /// Objects of a page at first: about a megabyte.
    static let firstLimit = 500
    static let shortestPause = Duration.milliseconds(500)
    static let longestPause = Duration.seconds(60)
    /// A server that says to come back in a year is asked again before.
    private static let longestRetryAfter = Duration.seconds(300)
    /// A list that ends before its pages do is begun anew with larger ones, and after this many times asked for at once.
    private static let patienceWithPages = 2

    private var state = State.listing(continueToken: nil)
    private var limit = Self.firstLimit
    private var expiredLists = 0
    private var failuresInARow = 0

    /// Whether the list has not come to its first page yet.
    var isBeginningList: Bool { state == .listing(continueToken: nil) }

    var isWatching: Bool {
        if case .watching = state { true } else { false }
    }

    /// - Parameter random: uniform in 0..<1; it spreads the ends of watches, so that they do not all begin anew together.
    func request(random: Double) -> Request {
        switch state {
        case .listing(let continueToken): .list(limit: limit, continueToken: continueToken)
        case .watching(let resourceVersion): .watch(resourceVersion: resourceVersion, seconds: 240 + Int(240 * random))
        }
    }

    /// A page came.
    ///
    /// - Returns: whether the list is complete; nil for a page that cannot be gone on from.
    mutating func received(_ page: Page) -> Bool? {
        guard case .listing = state, let resourceVersion = page.resourceVersion, !resourceVersion.isEmpty else { return nil }
        failuresInARow = 0
        if let token = page.continueToken, !token.isEmpty {
            state = .listing(continueToken: token)
            return false
        }
        state = .watching(resourceVersion: resourceVersion)
        limit = Self.firstLimit
        expiredLists = 0
        return true
    }

    /// An event came, or a bookmark; the watch can go on from there.
    mutating func observed(resourceVersion: String?) {
        guard case .watching = state, let resourceVersion, !resourceVersion.isEmpty else { return }
        failuresInARow = 0
        state = .watching(resourceVersion: resourceVersion)
    }

    /// A watch ended in good order.
    ///
    /// - Parameter wasUseful: whether it told anything or lasted; one that ends as soon as it begins is asked for less and less often.
    /// - Returns: the pause before the next request.
    mutating func ended(wasUseful: Bool, random: Double) -> Duration {
        guard wasUseful else { return backOff(random) }
        failuresInARow = 0
        return .milliseconds(Int64(100 + 400 * random))
    }

    /// - Returns: the pause before the next request.
    mutating func failed(_ failure: Failure, random: Double) -> Duration {
        switch failure {
        case .status(410, _): beginAnew(becauseExpired: true)
        // A continue token or a resourceVersion that the server cannot read.
        case .status(400, _), .malformed: beginAnew(becauseExpired: false)
        case .tooLarge:
            if isWatching { beginAnew(becauseExpired: false) } else { limit = limit == 0 ? Self.firstLimit : max(1, limit / 4) }
        case .connection, .status: break
        }
        let pause = backOff(random)
        guard case .status(_, let retryAfter?) = failure else { return pause }
        return max(min(retryAfter, Self.longestRetryAfter) + pause / 2, .milliseconds(100))
    }

    private mutating func beginAnew(becauseExpired: Bool) {
        if becauseExpired, !isWatching, !isBeginningList {
            expiredLists += 1
            limit = expiredLists > Self.patienceWithPages ? 0 : limit * 4
        }
        state = .listing(continueToken: nil)
    }

    /// Doubling, and at random within the upper half, so that not everybody returns at the same moment.
    private mutating func backOff(_ random: Double) -> Duration {
        let ceiling = min(Self.shortestPause * (1 << min(failuresInARow, 10)), Self.longestPause)
        failuresInARow += 1
        return ceiling / 2 + ceiling / 2 * min(max(random, 0), 1)
    }
}
