// SPDX-License-Identifier: Apache-2.0

internal import CPcap

/// A filter of pcap-filter(7), compiled for a capture.
enum CaptureFilter {
    /// Safe here: the handle is open for the time of the call, and the program, which `pcap_compile` fills, is freed once, after its use.
    static func set(_ expression: String, on handle: OpaquePointer) throws(CaptureError) {
        var program = unsafe bpf_program()
        // Without a known network "ip broadcast" alone cannot be compiled, which libpcap says.
        guard unsafe pcap_compile(handle, &program, expression, 1, UInt32.max) == 0 else {
            throw .badFilter(expression, reason: unsafe String(cString: pcap_geterr(handle)))
        }
        defer { unsafe pcap_freecode(&program) }
        guard unsafe pcap_setfilter(handle, &program) == 0 else {
            throw .badFilter(expression, reason: unsafe String(cString: pcap_geterr(handle)))
        }
    }
}
