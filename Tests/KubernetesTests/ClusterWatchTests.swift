// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import IPFIX
import Testing

@testable import Kubernetes

/// Against an API server that is a process of its own, over loopback.
@Suite("following a cluster", .serialized)
struct ClusterWatchTests {
    @Test("a list comes in pages, changes come as they happen, an address that moves is told in order")
    func follows() throws {
        let double = try APIDouble(["--pods", "1203"])
        let cluster = FollowedCluster(double.server)
        #expect(cluster.waits { $0.isSynchronized })
        #expect(cluster.now.pods.count == 1203 && cluster.now.services.count == 121 && cluster.now.nodes.count == 13)
        #expect(cluster.pods.pages == 3 && cluster.pods.skipped == 0)
        try double.create(pod: "old", address: "10.9.9.9")
        #expect(cluster.waits { $0.now.pods["old"] == [IPAddress(v4: 0x0A09_0909)] })
        try double.delete(pod: "old")
        try double.create(pod: "new", address: "10.9.9.9")
        #expect(cluster.waits { $0.now.pods["new"] != nil } && cluster.now.pods["old"] == nil)
        #expect(cluster.waits { $0.pods.bookmarks > 2 } && cluster.pods.lists == 1)
    }

    @Test("a watch that is cut off goes on where it was, without a list")
    func disconnects() throws {
        let double = try APIDouble(["--pods", "20"])
        let cluster = FollowedCluster(double.server)
        #expect(cluster.waits { $0.isSynchronized && $0.pods.bookmarks > 0 })
        for round in 0..<3 {
            let watches = cluster.pods.watches
            try double.lab("drop-watches")
            try double.create(pod: "while-away-\(round)", address: "10.9.9.\(round + 1)")
            #expect(cluster.waits { $0.now.pods["while-away-\(round)"] != nil && $0.pods.watches > watches })
        }
        #expect(cluster.pods.lists == 1 && cluster.pods.connectionFailures >= 3)
    }

    @Test("where the server has forgotten how far we were, all is listed anew, and what is gone is noticed")
    func gone() throws {
        let double = try APIDouble(["--pods", "700"])
        let cluster = FollowedCluster(double.server)
        #expect(cluster.waits { $0.isSynchronized && $0.pods.watches > 0 })
        try double.create(pod: "stays", address: "10.9.9.1")
        try double.create(pod: "goes", address: "10.9.9.2")
        #expect(cluster.waits { $0.now.pods.count == 702 })
        // Nobody watches while it goes.
        try double.lab("fail?code=503&count=1000000&method=GET")
        try double.lab("drop-watches")
        #expect(cluster.waits { $0.pods.refusals > 0 })
        try double.delete(pod: "goes")
        try double.lab("compact")
        try double.lab("fail?count=0")
        #expect(cluster.waits { $0.pods.expired > 0 && $0.now.pods["goes"] == nil && $0.now.lists > 1 })
        #expect(cluster.now.pods["stays"] != nil && cluster.now.pods.count == 701)
    }

    @Test("a list whose token expires between its pages is begun anew")
    func goneBetweenPages() throws {
        let double = try APIDouble(["--pods", "1600"])
        try double.lab("delay?seconds=0.2")
        let cluster = FollowedCluster(double.server)
        #expect(cluster.waits { $0.pods.pages > 0 })
        try double.lab("compact")
        try double.lab("delay?seconds=0")
        #expect(cluster.waits { $0.isSynchronized } && cluster.now.pods.count == 1600)
    }

    @Test(
        "a server that refuses, or answers with garbage, is asked again, and counted",
        arguments: [
            "fail?code=429&count=4&retry-after=0", "fail?code=500&count=4", "fail?code=504&count=4&retry-after=0", "garbage?count=4",
        ])
    func refuses(fault: String) throws {
        let double = try APIDouble(["--pods", "20"])
        try double.lab(fault)
        let cluster = FollowedCluster(double.server)
        #expect(cluster.waits { $0.isSynchronized } && cluster.now.pods.count == 20)
        #expect(cluster.waits { $0.pods.watches > 0 })
    }

    @Test("a server that is not there yet is waited for; one that dies is missed, and what is known stays")
    func comesAndGoes() throws {
        let double = try APIDouble(["--pods", "20"])
        let cluster = FollowedCluster(double.server)
        #expect(cluster.waits { $0.isSynchronized })
        double.kill()
        #expect(cluster.waits { $0.pods.connectionFailures > 1 } && cluster.now.pods.count == 20)
        let nowhere = FollowedCluster(APIServer(host: "127.0.0.1", port: 1))
        #expect(nowhere.waits { $0.pods.connectionFailures > 1 } && !nowhere.isSynchronized)
    }

    @Test("over HTTPS the server's certificate is verified, and a token that was replaced is read again")
    func tokenRotation() throws {
        let double = try APIDouble(["--pods", "20", "--token", "first"], securely: true)
        let file = "\(double.folder)/token"
        try write("first\n", to: file)
        let cluster = FollowedCluster(double.trusted(token: .file(file)))
        #expect(cluster.waits { $0.isSynchronized } && cluster.now.pods.count == 20)
        try double.lab("token?value=second")
        try double.lab("drop-watches")
        #expect(cluster.waits { $0.pods.refusals > 0 })
        try write("second", to: file)
        try double.create(pod: "later", address: "10.9.9.9", token: "second")
        #expect(cluster.waits { $0.now.pods["later"] != nil } && cluster.pods.lists == 1)
    }

    @Test("a certificate that nobody vouches for is refused, unless that was asked for")
    func certificates() throws {
        let double = try APIDouble(["--pods", "20"], securely: true)
        let careful = FollowedCluster(double.server)
        #expect(careful.waits { $0.pods.connectionFailures > 0 } && !careful.isSynchronized && careful.pods.octets == 0)
        var server = double.server
        server.security?.isVerified = false
        #expect(FollowedCluster(server).waits { $0.isSynchronized })
    }

    @Test("a client certificate is shown to a server that demands one")
    func clientCertificate() throws {
        let double = try APIDouble(["--pods", "20", "--client-certificates"], securely: true)
        var server = double.trusted()
        #expect(FollowedCluster(server).waits { $0.pods.connectionFailures > 0 })
        server.security?.certificate = .file("\(double.folder)/tls.crt")
        server.security?.key = .file("\(double.folder)/tls.key")
        #expect(FollowedCluster(server).waits { $0.isSynchronized })
    }

    @Test("a watch ends promptly, also while the server is away")
    func stops() throws {
        let double = try APIDouble(["--pods", "20"])
        let cluster = FollowedCluster(double.server)
        #expect(cluster.waits { $0.isSynchronized })
        cluster.stop()
        let nowhere = FollowedCluster(APIServer(host: "127.0.0.1", port: 1))
        nowhere.stop()
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = unsafe fopen(path, "w") else { throw Program.Failure(what: "cannot write \(path)", code: errno) }
        unsafe fputs(text, file)
        unsafe fclose(file)
    }
}
