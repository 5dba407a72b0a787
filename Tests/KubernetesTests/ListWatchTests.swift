// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite("what a list and watch client asks for next")
struct ListWatchTests {
    private typealias Page = ListWatch.Page

    private func watching() -> ListWatch {
        var watch = ListWatch()
        _ = watch.received(Page(resourceVersion: "94", continueToken: nil))
        return watch
    }

    private func resourceVersion(_ watch: ListWatch) -> String? {
        if case .watch(let resourceVersion, _) = watch.request(random: 0) { resourceVersion } else { nil }
    }

    @Test("pages are asked for one after another, then a watch from where the list was")
    func pages() {
        var watch = ListWatch()
        #expect(watch.request(random: 0) == .list(limit: 500, continueToken: nil) && watch.isBeginningList)
        #expect(watch.received(Page(resourceVersion: "94", continueToken: "t1")) == false)
        #expect(watch.request(random: 0) == .list(limit: 500, continueToken: "t1") && !watch.isBeginningList)
        #expect(watch.received(Page(resourceVersion: "94", continueToken: "")) == true)
        #expect(watch.request(random: 0) == .watch(resourceVersion: "94", seconds: 240))
        #expect(watch.request(random: 0.5) == .watch(resourceVersion: "94", seconds: 360))
    }

    @Test("a page that does not say where the list is cannot be gone on from")
    func pageWithoutVersion() {
        var watch = ListWatch()
        #expect(watch.received(Page(resourceVersion: nil, continueToken: "t")) == nil)
        #expect(watch.received(Page(resourceVersion: "", continueToken: nil)) == nil)
        #expect(watch.isBeginningList)
    }

    @Test("a watch goes on from the last event or bookmark, however it ended")
    func resumes() {
        var watch = watching()
        watch.observed(resourceVersion: "96")
        watch.observed(resourceVersion: nil)
        watch.observed(resourceVersion: "")
        _ = watch.failed(.connection, random: 0)
        #expect(resourceVersion(watch) == "96")
        #expect(watch.ended(wasUseful: true, random: 0) == .milliseconds(100))
        #expect(resourceVersion(watch) == "96")
    }

    @Test(
        "a watch that cannot go on lists anew",
        arguments: [ListWatch.Failure.status(410, retryAfter: nil), .status(400, retryAfter: nil), .malformed, .tooLarge])
    func listsAnew(failure: ListWatch.Failure) {
        var watch = watching()
        _ = watch.failed(failure, random: 0)
        #expect(watch.request(random: 0) == .list(limit: 500, continueToken: nil))
    }

    @Test(
        "after other failures a watch goes on where it was",
        arguments: [401, 403, 404, 429, 500, 503, 504].map { ListWatch.Failure.status($0, retryAfter: nil) } + [.connection])
    func goesOn(failure: ListWatch.Failure) {
        var watch = watching()
        _ = watch.failed(failure, random: 0)
        #expect(resourceVersion(watch) == "94")
    }

    @Test("a list whose token expired is begun anew with larger pages, at last all at once")
    func expiredPages() {
        var watch = ListWatch()
        var limits: [Int] = []
        for _ in 0..<3 {
            _ = watch.received(Page(resourceVersion: "1", continueToken: "t"))
            _ = watch.failed(.status(410, retryAfter: nil), random: 0)
            guard case .list(let limit, nil) = watch.request(random: 0) else { return #expect(Bool(false), "no list") }
            limits.append(limit)
        }
        #expect(limits == [2000, 8000, 0])
        _ = watch.received(Page(resourceVersion: "1", continueToken: nil))
        _ = watch.failed(.status(410, retryAfter: nil), random: 0)
        #expect(watch.request(random: 0) == .list(limit: 500, continueToken: nil))
    }

    @Test("a page that is too large is asked for again in smaller ones, from the same place")
    func tooLarge() {
        var watch = ListWatch()
        _ = watch.received(Page(resourceVersion: "1", continueToken: "t"))
        var limits: [Int] = []
        for _ in 0..<6 {
            _ = watch.failed(.tooLarge, random: 0)
            guard case .list(let limit, "t") = watch.request(random: 0) else { return #expect(Bool(false), "no list") }
            limits.append(limit)
        }
        #expect(limits == [125, 31, 7, 1, 1, 1])
    }

    @Test("pauses double up to a minute, at random within the upper half, and success begins anew")
    func backsOff() {
        var watch = watching()
        let least = (0..<9).map { _ in watch.failed(.connection, random: 0) }
        #expect(least == [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000].map { Duration.milliseconds($0) })
        #expect(watch.failed(.connection, random: 1) == .seconds(60))
        watch.observed(resourceVersion: "95")
        #expect(watch.failed(.connection, random: 1) == .milliseconds(500))
    }

    @Test("a watch that ends as soon as it begins is asked for less and less often")
    func uselessWatches() {
        var watch = watching()
        let pauses = (0..<4).map { _ in watch.ended(wasUseful: false, random: 1) }
        #expect(pauses == [500, 1000, 2000, 4000].map { Duration.milliseconds($0) })
    }

    @Test("the server's Retry-After is kept to, within bounds")
    func retryAfter() {
        var watch = watching()
        #expect(watch.failed(.status(429, retryAfter: .seconds(5)), random: 0) == .milliseconds(5125))
        #expect(watch.failed(.status(503, retryAfter: .seconds(1 << 40)), random: 0) < .seconds(301))
        #expect(watch.failed(.status(503, retryAfter: .zero), random: 0) >= .milliseconds(100))
    }
}
