// SPDX-License-Identifier: Apache-2.0

import IPFIXTransport
import Testing

struct EndpointTests {
    @Test(
        "an endpoint is read, and written as it is read again",
        arguments: [
            ("tcp://collector", "tcp://collector:4739"), ("udp://192.0.2.1:2055", "udp://192.0.2.1:2055"),
            ("TCP://[::]:4739", "tcp://[::]:4739"), ("tls://collector", "tls://collector:4740"), ("DTLS://[::1]", "dtls://[::1]:4740"),
            ("udp://[2001:db8::1]", "udp://[2001:db8::1]:4739"), ("tcp://[fe80::1%eth0]:1", "tcp://[fe80::1%eth0]:1"),
            ("tcp://flow_collector.weir.svc:0", "tcp://flow_collector.weir.svc:0"),
        ])
    func reads(text: String, written: String) throws {
        let endpoint = try Endpoint(text)
        #expect(endpoint.description == written)
        #expect(try Endpoint(written) == endpoint)
    }

    @Test(
        "what is wrong is said, with what to write",
        arguments: [
            ("collector:4739", "write tls://HOST:PORT, or one of tcp://, tls://, udp://, dtls://"), ("", "write tls://"),
            ("http://a", "there is no transport 'http'; there are tcp://, tls://, udp://, dtls://"),
            ("sctp://a:4740", "sctp:// is not in this version"), ("tcp://", "names no host"),
            ("tcp://:4739", "names no host"), ("tcp://::1:4739", "needs brackets"), ("tcp://[::1", "neither a host name nor an address"),
            ("tcp://[a]:1", "neither a host name nor an address"), ("tcp://[::1%]:1", "neither"), ("tcp://[::1]1", "neither"),
            ("tcp://a b", "neither"),
            ("tcp://a/path", "neither"), ("tcp://a\u{0}b", "neither"), ("tcp://a:", "'' is not a port"),
            ("tcp://a:65536", "'65536' is not a port"),
            ("tcp://a:+1", "'+1' is not a port"), ("tcp://[::1]:x", "'x' is not a port"),
        ])
    func refuses(text: String, part: String) throws {
        let error = try #require(throws: EndpointError.self) { try Endpoint(text) }
        #expect(error.description.contains(part), "\(error)")
    }
}
